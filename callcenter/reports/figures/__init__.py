"""A span's figures per queue, and a month's scores, as tables."""
