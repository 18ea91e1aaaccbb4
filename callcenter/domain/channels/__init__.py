"""Channels and bridges: what is up, and who hears whom (pure)."""
