"""Customers, complaints, surveys and follow-ups (pure)."""
