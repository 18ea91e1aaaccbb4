"""What a site says of itself: by its settings, and by what two people agreed on since (pure)."""
