"""Records held against the journal, explained, and shown as they were filed."""
