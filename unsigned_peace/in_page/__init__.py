"""What runs in the reader's browser: the cells of a page, in their order, as far as needed."""
