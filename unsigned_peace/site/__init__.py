"""Brings the site up to date, checks its links, puts it in place when whole (``make book``)."""
