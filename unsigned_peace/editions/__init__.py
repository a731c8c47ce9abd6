"""``make print``: the built site as a PDF and as an EPUB."""
