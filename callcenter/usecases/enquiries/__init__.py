"""What people and reporting systems do with enquiries, classes and attachments: one transaction a thing."""
