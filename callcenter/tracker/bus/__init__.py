"""What the service tells over MQTT: states as they are now, and what leaves from the outbox."""
