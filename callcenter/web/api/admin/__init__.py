"""What administrators look after: sessions, the roster, the site, the service itself."""
