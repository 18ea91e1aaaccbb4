"""Complaints: read, opened, moved; who stands in for whom; notices that departments answer by a link."""
