"""What leads do with agents' desks, and what agents are told of it."""
