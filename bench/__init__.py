"""What building this book costs, beside stock jupyter-book and plain Sphinx on the same content.

See ``python -m bench --help``.
"""
