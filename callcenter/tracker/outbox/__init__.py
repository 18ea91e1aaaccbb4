"""What leaves the service: the publisher, and whom it publishes to."""
