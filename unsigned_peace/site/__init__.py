"""``make book``: brings the site up to date, checks its links, and puts it in place when it is whole."""
