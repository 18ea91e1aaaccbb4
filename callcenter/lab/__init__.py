"""A real Asterisk, its callers and its phones, built and run natively."""
