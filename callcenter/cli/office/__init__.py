"""Commands for whoever works with its figures and records."""
