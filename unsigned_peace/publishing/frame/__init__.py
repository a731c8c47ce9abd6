"""What stands around the text of every page: theme, style, scripts, links, metadata.

Also what an old or wrong address leads to.
"""
