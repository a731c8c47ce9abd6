"""Pages of chapters.

Their executed outputs, the figures in their prose and where these come from.
"""
