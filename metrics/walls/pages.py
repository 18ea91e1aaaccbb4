"""Every dashboard, in the order in which they link to each other."""

from __future__ import annotations

from metrics.walls.agents import AGENTS
from metrics.walls.operations import OPERATIONS
from metrics.walls.queue_wall import QUEUE_WALL
from metrics.walls.service_level import SERVICE_LEVEL
from metrics.walls.violations import VIOLATIONS
from metrics.walls.voice import VOICE

DASHBOARDS = (QUEUE_WALL, AGENTS, SERVICE_LEVEL, VIOLATIONS, VOICE, OPERATIONS)
