"""What becomes of a complaint: one table of moves, its clock, and what is proposed against whom (pure)."""
