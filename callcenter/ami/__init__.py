"""The AMI edge: bytes of a manager login become frames, frames become domain events."""
