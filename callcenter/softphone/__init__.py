"""The headless phone: pyVoIP behind one module, with its faults repaired."""
