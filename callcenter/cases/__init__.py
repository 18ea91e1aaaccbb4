"""Customers and their matters: what their words mean, read from no clock and no file."""
