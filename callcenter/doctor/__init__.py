"""Is this switch set so that what we read is evidence: the checks, each a sentence that says what to do."""
