"""Customers: cards, numbers, notes, history, merges, classes and imports; plain rows, deleted on request."""
