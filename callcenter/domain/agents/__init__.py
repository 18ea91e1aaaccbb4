"""Agents: who they are, where they sit, what each is doing (pure)."""
