"""Alembic scripts: how each schema of the record is made from the one before it."""
