"""What the journal gives, as rows: written by one writer, read by whoever shows it, made again at any time."""
