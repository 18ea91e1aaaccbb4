"""A stop that is asked for by a signal, at any time of the service's life."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator
from typing import TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """A stop was asked for before everything ran."""


async def unless(stop: asyncio.Event, work: Coroutine[None, None, T]) -> T:
    """Do something, or give it up when a stop is asked for.

    Raises:
        Stopped: It was given up.
    """
    working, asked = asyncio.create_task(work, name="start"), asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait((working, asked), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise Stopped
    finally:
        for task in (working, asked):
            task.cancel()
        await asyncio.wait((working, asked))


@contextlib.contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM and SIGINT set; those that came before, while they were held back, set it at once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    held = signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    try:
        yield stop
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        for number in numbers:
            loop.remove_signal_handler(number)
