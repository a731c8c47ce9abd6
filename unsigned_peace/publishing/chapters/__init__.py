"""Pages of chapters: their executed outputs, the figures in their prose and where these come from."""
