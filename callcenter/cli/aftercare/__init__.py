"""Commands about what follows complaints, each a part of another."""
