"""queue_log beside what was seen: it fills gaps, and differs or agrees."""
