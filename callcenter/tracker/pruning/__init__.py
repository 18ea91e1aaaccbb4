"""What is old goes: out of the journal, and out of the database."""
