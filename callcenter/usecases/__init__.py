"""What people and the service do: one file a thing, one transaction with all its consequences, for every entrance."""
