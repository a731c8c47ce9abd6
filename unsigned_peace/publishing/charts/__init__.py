"""Charts on a page: drawn as SVG, and their data as tables and files."""
