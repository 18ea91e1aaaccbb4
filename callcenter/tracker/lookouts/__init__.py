"""What no event of the switch tells, looked up every so often and shown: the database, the roster, certificates."""
