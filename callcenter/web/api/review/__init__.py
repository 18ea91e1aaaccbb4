"""What the review desk is told beside a record, and what it tries."""
