"""Calls: listed, one as it went, and what people record of those they talked in."""
