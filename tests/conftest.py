"""What holds for every test."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

# started in the background by a script, whose children ignore Ctrl-C: tests end commands by it
signal.signal(signal.SIGINT, signal.default_int_handler)

# how long an example took says how busy the machine is
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
