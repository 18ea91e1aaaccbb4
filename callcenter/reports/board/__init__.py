"""A live document as tables for a terminal."""
