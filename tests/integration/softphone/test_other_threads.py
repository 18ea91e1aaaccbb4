"""What a phone tells to other threads."""

from __future__ import annotations

import threading

from callcenter.softphone import DiaryEntry, Did
from callcenter.softphone.bell import WAITING, Bell
from callcenter.softphone.diary import PhoneDiary


def test_waiting_ends_with_what_another_thread_writes() -> None:
    diary = PhoneDiary()
    diary.write(DiaryEntry(1, Did.RANG, ring=1))
    writing = threading.Thread(target=diary.write, args=(DiaryEntry(2, Did.RANG, ring=2),))
    writing.start()
    assert diary.wait(Did.RANG, 5, after=1).ring == 2
    assert diary.wait(Did.RANG, 0).ring == 1
    writing.join()


def test_slow_listener_is_told_in_order_and_costs_a_bounded_queue() -> None:
    told: list[int] = []
    go_on = threading.Event()

    def listen(entry: DiaryEntry) -> None:
        go_on.wait(5)
        told.append(entry.ring)

    bell = Bell(listen, "1001")
    for ring in range(WAITING * 2):
        bell.ring(DiaryEntry(0, Did.RANG, ring=ring))
    bell.silence()
    go_on.set()
    bell.join()
    assert told[:WAITING] == list(range(WAITING))
    assert len(told) <= WAITING + 1
