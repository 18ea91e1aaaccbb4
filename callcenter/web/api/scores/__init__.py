"""Scores, and what people give that moves them."""
