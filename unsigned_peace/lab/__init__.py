"""How JupyterLab opens this book: originals stay as they are, and chapters read well."""
