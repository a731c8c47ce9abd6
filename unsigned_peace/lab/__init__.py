"""What JupyterLab is taught for this book: originals stay as they are, and chapters read well."""
