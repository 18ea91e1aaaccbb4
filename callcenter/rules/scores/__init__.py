"""The month's score of one agent, line by line (pure)."""
