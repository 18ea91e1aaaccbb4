"""The call centre in its own words: events in, facts out (pure)."""
