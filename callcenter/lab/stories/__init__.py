"""The stories: one small thing that a call centre sees each, told to phones and callers to the tenth of a second."""

from callcenter.lab.stories import exits, floor, outages, rings, talks
from callcenter.lab.stories.registry import STORIES

__all__ = ["STORIES", "exits", "floor", "outages", "rings", "talks"]
