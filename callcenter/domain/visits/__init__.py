"""Visits, offers and talks: what happens to a customer in a queue, until it is told (pure)."""
