"""The stories: one small thing that a call centre sees each, told to phones and callers to the tenth of a second."""

from callcenter.lab.stories import exits, floor, outages, rings, talks

# isort: split
# New modules come below: a story's place in the table gives its phones their numbers, and recorded tapes know them.
from callcenter.lab.stories import freepbx, guilty, parking, parties
from callcenter.lab.stories.registry import STORIES

__all__ = ["STORIES", "exits", "floor", "freepbx", "guilty", "outages", "parking", "parties", "rings", "talks"]
