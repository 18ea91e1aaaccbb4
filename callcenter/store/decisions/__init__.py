"""What people decide: records and their steps, dispositions, score entries, changes of rules and amounts."""
