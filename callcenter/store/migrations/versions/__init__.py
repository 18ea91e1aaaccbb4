"""One script a schema, oldest first."""
