"""tmp"""

from __future__ import annotations
from typing import Any


class Judging:
    def see(self, fact: Any) -> None: ...
    def finish(self, replay: Any) -> None: ...
    def shapes(self) -> list[Any]:
        return []
