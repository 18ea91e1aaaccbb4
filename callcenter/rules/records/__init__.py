"""A record of an act: what it says, where it stands between people, and how it is told (pure)."""
