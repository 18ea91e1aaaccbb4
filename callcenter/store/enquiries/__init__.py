"""Enquiries, the classes of what contacts are about, the systems that report contacts, and attachments."""
