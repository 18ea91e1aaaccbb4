"""Who works here: the roster, shifts, the calendar, and who may do what (pure)."""
