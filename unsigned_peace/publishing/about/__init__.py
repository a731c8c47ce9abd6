"""Pages about the book itself: how to cite it, how fast it is built, what teachers find in it."""
