"""Prepares what chapters run on in the reader's browser: Python and its packages, for the site.

``runtime.toml`` names every version and is the only place to change one.
"""
