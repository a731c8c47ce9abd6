"""Short editions of the book in other languages: one mechanism for all.

Their figures, dates, names and charts are those of the executed English chapters, put into the
language by its rules. ``editions/<language>/`` has the pages; the site has them below its code.
"""
