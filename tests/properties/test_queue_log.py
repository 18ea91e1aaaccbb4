from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from callcenter.queuelog.layout import is_time
from callcenter.queuelog.lines import LINE_LIMIT, QueueLog, QueueLogLine
from callcenter.queuelog.logged_visits import LogBook, visits

T0 = 1795418300
HOSTILE = st.text(st.sampled_from("\r\n|1795418300.7ABNDO") | st.characters(exclude_categories=["Cs"]), max_size=79)
EVENT = st.sampled_from(
    [
        "ENTERQUEUE||138|1",
        f"CONNECT|8|{T0}.8|7",
        "COMPLETECALLER|8|9|1",
        "COMPLETEAGENT|8|9|1",
        "ABANDON|1|1|9",
        "EXITEMPTY|1|1|9",
        "EXITWITHKEY|1|1",
        "WITHDRAW|1|1|9|",
        "RINGNOANSWER|15000",
        "RINGCANCELED|1",
        "SYSCOMPAT|",
        "BLINDTRANSFER|1005|agents|1|5|1",
        "ATTENDEDTRANSFER|LINK|a|b|1|5|1",
        "TRANSFER|1|a|1|5|1",
        "AGENTDUMP|",
    ]
)
LINE = st.builds(
    lambda second, call, queue, event: f"{T0 + second}|{T0 - 5}.{call}|{queue}|Alice|{event}\n",
    st.integers(-9, 9),
    st.integers(0, 2),
    st.sampled_from(["support", "vip"]),
    EVENT,
)
RESTART = st.just(f"{T0 + 3}|NONE|NONE|NONE|QUEUESTART|\n")
LOG = st.lists(LINE | RESTART | HOSTILE, max_size=60).map("".join)


def parsed(data: bytes, cuts: list[int] | None = None) -> tuple[list[QueueLogLine], dict[str, int]]:
    log, lines = QueueLog(), []
    bounds = [0, *sorted(cut % (len(data) + 1) for cut in cuts or []), len(data)]
    for start, end in itertools.pairwise(bounds):
        lines += log.feed(data[start:end])
        assert len(log._tail) <= LINE_LIMIT
    lines += log.close()
    return lines, {str(fault): count for fault, count in log.set_aside.items()}


@given(LOG | st.text(max_size=100), st.lists(st.integers(0, 10_000), max_size=20))
def test_any_cut_of_a_log_gives_the_same_lines(text: str, cuts: list[int]) -> None:
    data = text.encode()

    assert parsed(data, cuts) == parsed(data)


@given(st.lists(st.integers(1, 3 * LINE_LIMIT), max_size=4), st.lists(st.integers(0, 10**6), max_size=9))
def test_what_is_too_long_does_not_depend_on_the_cut(sizes: list[int], cuts: list[int]) -> None:
    data = b"".join(b"x" * size + b"\n" for size in sizes)

    assert parsed(data, cuts) == parsed(data)


@given(LOG)
def test_every_line_that_says_somebody_joined_is_one_visit(text: str) -> None:
    rows = [line.split("|") for line in text.split("\n")]
    joins = sum(row[4:5] == ["ENTERQUEUE"] and is_time(row[0]) for row in rows)
    lines, _ = parsed(text.encode())
    book = LogBook()
    joined = [book.note(line) for line in lines if line.event == "ENTERQUEUE"]

    assert len(joined) == len(set(map(id, joined))) == joins
    assert len(visits(lines)) >= joins


@given(LOG)
def test_whatever_a_log_says_each_visit_ends_at_most_once(text: str) -> None:
    lines, _ = parsed(text.encode())

    found = visits(lines)

    keys = [(visit.call_id, visit.queue, visit.visit) for visit in found]
    assert len(set(keys)) == len(keys)
    assert sum(line.event == "ENTERQUEUE" for line in lines) <= len(found)
    assert all(visit.outcome == "unknown" and visit.agent is None for visit in found if visit.doubtful)
    assert all(visit.agent is None for visit in found if visit.outcome != "answered")


@given(HOSTILE)
def test_a_hostile_number_never_gives_another_call_a_clean_ending(number: str) -> None:
    honest = f"{T0}|{T0}.1|support|NONE|ENTERQUEUE||139|1\n"
    hostile = f"{T0 + 1}|{T0}.2|support|NONE|ENTERQUEUE||{number}|2\n"
    forged = f"{T0 + 1}|{T0}.2|support|NONE|ENTERQUEUE||1|1\n{T0 + 1}|{T0}.1|support|Eve|ABANDON|1|1|{number}\n"
    ending = f"{T0 + 8}|{T0}.1|support|Alice|CONNECT|8|{T0}.3|7\n{T0 + 9}|{T0}.1|support|Alice|COMPLETEAGENT|8|1|1\n"

    (victim, *_) = visits(parsed((honest + hostile + ending).encode())[0])
    (deceived, *_) = visits(parsed((honest + forged + ending).encode())[0])

    (moved, *_) = visits(parsed((honest + forged.replace(f"{T0}.1", "unheard-of") + ending).encode())[0])

    assert victim.outcome in {"answered", "unknown"}
    assert (moved.outcome, moved.agent) in {("answered", "Alice"), ("unknown", None)}
    assert (deceived.outcome, deceived.agent) in {("answered", "Alice"), ("unknown", None)}
