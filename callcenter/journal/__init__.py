"""Every frame the decoder wants, durable before any record is derived from it."""
