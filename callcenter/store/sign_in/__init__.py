"""Who may sign in: accounts, sessions, known devices, and what keeps guessing slow."""
