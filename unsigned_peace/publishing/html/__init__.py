"""The book's HTML: templates, markup of libraries set in its own way, marks of language."""
