"""Customers over the API: cards, merges, lists that come in, their shapes."""
