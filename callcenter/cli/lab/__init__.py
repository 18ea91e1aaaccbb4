"""Commands that try and show: a lab, phones, recordings."""
