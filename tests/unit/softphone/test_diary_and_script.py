"""What a phone is told to do and what it remembers of it."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from callcenter.errors import PhoneError
from callcenter.softphone import Act, Did, Entry, PhoneScript, PhoneSettings, Step
from callcenter.softphone.bell import WAITING, Bell
from callcenter.softphone.diary import KEPT, Diary, inert


@given(st.text())
def test_inert_text_has_nothing_that_a_terminal_obeys(text: str) -> None:
    assert inert(text).isprintable()
    assert len(inert(text)) <= 80 * len("\\u10ffff")


def test_chinese_names_stay_readable() -> None:
    assert inert("王小明 13800138000") == "王小明 13800138000"


def test_diary_keeps_a_bounded_past_in_order() -> None:
    diary = Diary()
    for ring in range(KEPT + 5):
        diary.write(Entry(diary.now(), Did.RANG, ring=ring))
    kept = diary.read()
    assert len(kept) == KEPT
    assert kept[0].ring == 5
    assert [entry.at for entry in kept] == sorted(entry.at for entry in kept)


def test_waiting_ends_with_what_another_thread_writes() -> None:
    diary = Diary()
    diary.write(Entry(1, Did.RANG, ring=1))
    writing = threading.Thread(target=diary.write, args=(Entry(2, Did.RANG, ring=2),))
    writing.start()
    assert diary.wait(Did.RANG, 5, after=1).ring == 2
    assert diary.wait(Did.RANG, 0).ring == 1
    writing.join()


def test_waiting_in_vain_is_one_sentence() -> None:
    with pytest.raises(PhoneError, match=r"^nothing like 'answered' happened on the phone within 0 s$"):
        Diary().wait(Did.ANSWERED, 0)


def test_slow_listener_is_told_in_order_and_costs_a_bounded_queue() -> None:
    told: list[int] = []
    go_on = threading.Event()

    def listen(entry: Entry) -> None:
        go_on.wait(5)
        told.append(entry.ring)

    bell = Bell(listen, "1001")
    for ring in range(WAITING * 2):
        bell.ring(Entry(0, Did.RANG, ring=ring))
    bell.silence()
    go_on.set()
    bell.join()
    assert told[:WAITING] == list(range(WAITING))
    assert len(told) <= WAITING + 1


def test_script_is_built_step_by_step() -> None:
    script = PhoneScript().ringing(Act.ANSWER, 7.0).talking(Act.TRANSFER, 3.0, "1002")
    assert script.steps == (
        Step(act=Act.ANSWER, after=7.0, since="ring"),
        Step(act=Act.TRANSFER, after=3.0, since="answer", to="1002"),
    )


@pytest.mark.parametrize(
    "step",
    [
        {"act": "transfer", "after": 1, "since": "answer"},
        {"act": "hold", "after": 1, "since": "answer", "to": "1002"},
        {"act": "transfer", "after": 1, "since": "answer", "to": "1 2"},
        {"act": "answer", "after": -1, "since": "ring"},
        {"act": "answer", "after": 1, "since": "tomorrow"},
        {"act": "answer", "after": 1, "since": "ring", "loudly": True},
    ],
)
def test_step_that_means_nothing_is_refused(step: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Step.model_validate(step)


@pytest.mark.parametrize(
    "wrong",
    [{"extension": "10 01"}, {"server": "a b"}, {"port": 0}, {"rtp_low": 3000, "rtp_high": 2000}, {"colour": "red"}],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PhoneSettings.model_validate({"server": "pbx.example", "extension": "1001", "secret": "s"} | wrong)


def test_secret_is_not_shown() -> None:
    settings = PhoneSettings.model_validate({"server": "a", "extension": "1", "secret": "hunter2"})
    assert "hunter2" not in repr(settings)
