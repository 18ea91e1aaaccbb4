"""What leaves the house: state at once, records from the outbox."""
