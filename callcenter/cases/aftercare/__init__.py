"""What follows complaints: figures, follow-ups, measures, remedies, registers, care (pure)."""
