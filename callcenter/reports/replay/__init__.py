"""Recorded logins and logs become calls, states, violations and totals."""
