"""What people do with customers and callers: save, merge, show, import, pick, forget."""
