"""What a draft rulebook would have made of days that are past."""
