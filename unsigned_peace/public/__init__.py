"""``make publish``: all that a public site carries, in one folder for any host of static files."""
