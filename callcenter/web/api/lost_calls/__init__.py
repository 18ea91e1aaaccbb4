"""The list of lost calls: read, claimed, closed, called back."""
