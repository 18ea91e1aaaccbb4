"""What people and the clock do with complaints: one transaction a move, with its number, records and audit entry."""
