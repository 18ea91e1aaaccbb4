"""The detectors, one file each: what each rule finds in the facts, and the table of them all."""
