"""What one switch may have open at once: more is a switch gone mad or hostile, and would fill the memory."""

from __future__ import annotations

from callcenter.ami.items import HeartbeatSeen, Item, SnapshotTaken
from callcenter.domain.state import State

_FOLD = 10
"""So many times as many places in queues, devices and registrations: an agent serves several queues."""


class OpenBound:
    """Holds the floor against a bound.

    Args:
        most: Channels, callers or agents that there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most

    def exceeded(self, item: Item, state: State) -> str | None:
        """Say in a sentence what there is too much of, now that an item was applied; None: nothing.

        What takes a walk over all agents is looked at as often as a heartbeat or a snapshot comes.
        """
        most, many = self._most, self._most * _FOLD
        counts = [
            ("channels", len(state.channels), most),
            ("callers", len(state.visits), most),
            ("agents", len(state.people), most),
            ("devices", len(state.devices), many),
        ]
        if isinstance(item, HeartbeatSeen | SnapshotTaken):
            places = sum(len(members) for person in state.people.values() for members in person.queues.values())
            registered = sum(map(len, state.contacts.values()))
            counts += [("places in queues", places, many), ("registrations", registered, many)]
        for what, count, allowed in counts:
            if count > allowed:
                return (
                    f"the switch told of {count:,} {what} at once, more than any has: "
                    "if this one does, raise ami.max_open"
                )
        return None
