"""The record in SQL: rows that carry the journal position they were derived from."""
