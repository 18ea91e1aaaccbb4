"""Facts, a roster and a rulebook become proposed violations (pure)."""
