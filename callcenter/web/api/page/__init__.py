"""What the page asks for that no other resource is: an agent's day, the first account."""
