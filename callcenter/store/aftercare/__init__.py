"""Tables and queries of what follows complaints."""
