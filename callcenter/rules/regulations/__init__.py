"""The regulations as a file with editions: read, checked, changed from a day on (pure)."""
