"""Customers' matters: whose call it is, what became of a lost one (pure)."""
