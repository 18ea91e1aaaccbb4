"""What comes with the time in complaints, and what happens with them, told."""
