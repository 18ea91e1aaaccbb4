"""What people do on a floor so that a rule must, or must not, put it on record."""

from tests.live.acts import lines, posts, rings, talks
from tests.live.acts.table import ACTS

__all__ = ["ACTS", "lines", "posts", "rings", "talks"]
