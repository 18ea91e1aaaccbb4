"""Asterisk's queue_log: its lines, visits and agents, and how they stand beside what was seen."""
