"""What `callcenter cases` does: lists, moves, people, classes."""
