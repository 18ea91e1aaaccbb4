"""Facts and a roster become acts, and acts verdicts: what was seen, and what speaks for the agent (pure)."""
