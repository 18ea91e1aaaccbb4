"""What the department keeps as files, rulebooks and rosters: read and written here, understood on the floors below."""
