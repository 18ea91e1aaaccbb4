"""What holds for every test."""

from __future__ import annotations

import signal

# started in the background by a script, whose children ignore Ctrl-C: tests end commands by it
signal.signal(signal.SIGINT, signal.default_int_handler)
