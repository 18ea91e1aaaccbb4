"""Complaints as the database keeps them: where each stands, every line that led there, numbers, people, records."""
