from __future__ import annotations

import io
import json
import logging
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import structlog
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from callcenter.logs import MAX_TEXT, SECRET, Filter, LogSettings, configure

if TYPE_CHECKING:
    from collections.abc import Iterator

PHONE = "13800138000"
PASSWORD = "tr0ub4dor&3"
ELSE = re.compile(r"\d{1,3}(\.\d{1,3}){3}|\d{4}-\d\d-\d\d", re.ASCII)


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


class Log:
    """What was written, by a logger configured as the service's."""

    def __init__(self, form: str, *secrets: str) -> None:
        self.stream = io.StringIO()
        configure(LogSettings.model_validate({"level": "debug", "format": form}), secrets, self.stream)
        self.ours = structlog.get_logger("callcenter.test")

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def line(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self.text)
        return line


@pytest.fixture
def log() -> Log:
    return Log("json", PASSWORD)


@pytest.fixture
def console() -> Log:
    return Log("console", PASSWORD)


def clean(text: str, *secrets: str) -> str:
    return Filter(secrets).text(text)


def fail(sentence: str) -> None:
    raise ConnectionError(sentence)


def digits(text: str) -> str:
    """Read every digit of any script as 0 to 9, leaving everything else out."""
    return "".join(str(unicodedata.digit(character)) for character in text if character.isdigit())


def test_a_line_has_the_fields_of_the_schema(log: Log) -> None:
    log.ours.info("login_accepted", node="main", wait_seconds=1.5, queues=["consumers", 3])

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", log.line.pop("timestamp"))
    assert {key: value for key, value in log.line.items() if key != "timestamp"} == {
        "level": "info",
        "event": "login_accepted",
        "logger": "callcenter.test",
        "node": "main",
        "wait_seconds": 1.5,
        "queues": ["consumers", 3],
    }


def test_a_library_comes_through_the_same_door(log: Log) -> None:
    logging.getLogger("panoramisk.manager").warning("call from %s, Secret: %s", PHONE, PASSWORD)

    assert log.line["event"] == f"call from 138***00, Secret: {SECRET}"
    assert (log.line["level"], log.line["logger"]) == ("warning", "panoramisk.manager")


def test_a_library_that_brought_its_own_handler_loses_it() -> None:
    own = io.StringIO()
    library = logging.getLogger("library.of.its.own")
    library.addHandler(logging.StreamHandler(own))
    library.propagate = False
    log = Log("json")

    library.warning("call from %s", PHONE)

    assert own.getvalue() == ""
    assert log.line["event"] == "call from 138***00"


def test_configuring_again_does_not_write_twice() -> None:
    first, second = Log("json"), Log("json")

    second.ours.info("service_started")

    assert first.text == ""
    assert second.line["event"] == "service_started"


def test_lines_below_the_level_are_not_written() -> None:
    stream = io.StringIO()
    configure(LogSettings(), stream=stream)

    structlog.get_logger("callcenter.test").debug("frame_read")
    logging.getLogger("library").debug("frame read")

    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        (PHONE, "138***00"),
        ("+86 138 0013 8000", "+861***00"),
        ("(010) 6552-9988", "(010***88"),
        ("400-810-8888", "400***88"),
        ("65529988", "***88"),
        ("1" * 6 + "2", "***12"),
        ("138.0013.8000", "138***00"),
        ("1380013\u200b8000", "138***00"),
        ("138\r\n00138000", "138***00"),
        (r"138\r\n00138000", "138***00"),
        ("１３８００１３８０００", "１３８***００"),
        ("①③⑧⓪⓪①③⑧⓪⓪⓪", "①③⑧***⓪⓪"),
        ("٠١٢٣٤٥٦٧٨٩", "٠١٢***٨٩"),
        ("sip:13800138000@10.0.0.1", "sip:138***00@10.0.0.1"),
        ("138.0.0.138000", "138***00"),
        ("2026-13-80 00138", "202***38"),
        ("1380013800013800", "138***00"),
        ("tel:13800138000;ext=1", "tel:138***00;ext=1"),
        ("extension 8001 rang 3 times", "extension 8001 rang 3 times"),
        ("123456", "123456"),
    ],
)
def test_a_phone_number_keeps_only_its_ends(written: str, masked: str) -> None:
    assert clean(written) == masked


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uniqueid", "1700000000.123456"),
        ("linkedid", "bj1-1700000000.12"),
        ("channel", "PJSIP/8001-0000001a"),
        ("channel", "Local/8001-0000001a;2"),
        ("position", 12_345_678),
        ("recorded_at", 1_700_000_000_000_000),
        ("free_bytes", 256_000_000),
        ("wait_seconds", 15.000123),
        ("peer", "192.168.100.200:54321"),
        ("hash", "0123456789abcdef" * 4),
        ("violation", "0123456789abcdef" * 2),
        ("exporter_port", 19464),
        ("port", 8080),
    ],
)
def test_a_field_that_is_no_number_of_a_person_stays_whole(log: Log, field: str, value: object) -> None:
    log.ours.info("field_shown", **{field: value})

    assert log.line[field] == value


@pytest.mark.parametrize(
    "sentence",
    [
        "nothing listens on 127.0.0.1:5038: connection refused",
        "the switch at 192.168.100.200 cut the login.",
        "cannot listen on fe80::1234:5678:9abc, port 19464",
        "no heartbeat since 2026-11-28 13:05:07.123456+08:00",
        "see /api/v1/violations/1111111a222222223333333344444444/steps",
        "callcenter violations explain 1111111a222222223333333344444444",
        "schema 2026-11-28 is needed",
    ],
)
def test_a_sentence_keeps_addresses_ports_record_ids_and_moments(log: Log, sentence: str) -> None:
    log.ours.warning("login_failed", reason=sentence)

    assert log.line["reason"] == sentence


@pytest.mark.parametrize("field", ["caller", "number", "connected", "dialled", "callback_to"])
@pytest.mark.parametrize(
    "typed", ["127.0.0.1:5038", "1111111a222222223333333344444444", "2026-11-28", "8001", 8001, b"8001", ["8001"]]
)
def test_what_was_typed_as_a_number_is_masked_whatever_it_looks_like(log: Log, field: str, typed: object) -> None:
    log.ours.info("call_offered", **{field: typed})

    assert str(log.line[field]).count("***") == 1


def test_a_name_in_the_place_of_a_number_and_a_missing_one_are_shown(log: Log) -> None:
    log.ours.info("call_offered", caller="anonymous", connected=None)

    assert (log.line["caller"], log.line["connected"]) == ("anonymous", None)


@pytest.mark.parametrize(
    "field", ["uniqueid", "linkedid", "channel", "position", "peer", "hash", "recorded_at", "queue", "violation"]
)
def test_a_field_that_does_not_look_like_its_name_is_masked(log: Log, field: str) -> None:
    log.ours.info("field_shown", **{field: PHONE})

    assert log.line[field] == "138***00"


@pytest.mark.parametrize(
    "value",
    [
        int(PHONE),
        float(PHONE),
        PHONE.encode(),
        bytearray(PHONE.encode()),
        [PHONE],
        (PHONE,),
        {PHONE},
        {PHONE: 1},
        {"caller": {"number": [int(PHONE)]}},
        ValueError(PHONE),
        [[[[[[[[PHONE]]]]]]]],
    ],
    ids=repr,
)
def test_a_number_inside_any_value_is_masked(log: Log, value: object) -> None:
    log.ours.info("call_offered", detail=value)

    assert PHONE not in log.text
    assert "138***" in log.text


def test_a_number_in_the_event_itself_and_in_the_context_is_masked(log: Log) -> None:
    structlog.contextvars.bind_contextvars(caller=PHONE)

    log.ours.info(f"call_from {PHONE}")

    assert log.text.count("138***00") == 2
    assert PHONE not in log.text


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_exception_is_masked_and_its_secret_is_out(form: str) -> None:
    log = Log(form, PASSWORD)
    try:
        fail(f"{PHONE} said {PASSWORD}")
    except ConnectionError:
        log.ours.exception("login_failed")
        logging.getLogger("library").exception("login failed")

    assert log.text.count(f"138***00 said {SECRET}") == 2
    assert PHONE not in log.text
    assert PASSWORD not in log.text


@pytest.mark.parametrize(
    "field",
    ["secret", "ami_password", "token", "Authorization", "cookie", "X-Api-Key", "private_key", "credentials"],
)
@pytest.mark.parametrize("value", ["hunter2", ["hunter2"], {"a": "hunter2"}], ids=repr)
def test_a_secret_field_is_emptied_whatever_it_holds(log: Log, field: str, value: object) -> None:
    log.ours.info("settings_read", **{field: value, "inner": {field: value}})

    assert "hunter2" not in log.text
    assert log.line[field] == log.line["inner"][field] == SECRET


@pytest.mark.parametrize(
    "text",
    [
        "Action: Login\r\nSecret: hunter2\r\n",
        "GET /live?token=hunter2&queue=a",
        "{'password': 'hunter2'}",
        '{"api_key": "hunter2"}',
        "Authorization: Bearer hunter2",
        "Cookie: a=1; session=hunter2",
        "passwd=hunter2",
    ],
)
def test_a_secret_in_free_text_is_taken_out(text: str) -> None:
    assert "hunter2" not in clean(text)


@pytest.mark.parametrize("spelled", [PASSWORD, quote(PASSWORD), f"amqp://x:{PASSWORD}@host", repr(PASSWORD)])
def test_a_registered_secret_is_taken_out_however_it_is_spelled(spelled: str) -> None:
    cleaned = clean(f"before {spelled} after", PASSWORD)

    assert SECRET in cleaned
    assert "tr0ub4dor" not in cleaned


def test_a_secret_cut_by_the_end_of_a_long_text_is_still_taken_out() -> None:
    assert "tr0" not in clean("x" * (MAX_TEXT - 3) + PASSWORD, PASSWORD)


def test_an_empty_secret_changes_nothing() -> None:
    assert clean("as it was", "") == "as it was"


def test_a_longer_secret_is_taken_out_before_one_inside_it() -> None:
    assert clean("abcdef", "abc", "abcdef") == SECRET


def test_a_short_secret_is_taken_out_as_a_word_and_leaves_other_words_whole() -> None:
    assert clean("processes: es, 'es' and es@pbx", "es") == f"processes: {SECRET}, '{SECRET}' and {SECRET}@pbx"


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("field", ["event", "caller", "exception"])
def test_a_caller_cannot_forge_a_line(form: str, field: str) -> None:
    log = Log(form)
    forged = "Li\r\n2026-01-01T00:00:00Z [info] all_well\u2028\x1b[2J\x85"
    log.ours.info(**{"event": "call_offered", field: forged})

    ours = [line for line in log.text.splitlines() if not line.startswith("    | ")]
    assert len(ours) == 1
    assert not any(character in log.text for character in "\r\u2028\x1b\x85")


def test_marks_that_turn_text_around_become_visible(console: Log) -> None:
    console.ours.info("call_offered", name="Li\u202efdp.exe\ud800")

    assert r"Li\u202efdp.exe\ud800" in console.text


def test_chinese_and_emoji_stay_readable() -> None:
    assert clean("王小姐 😀 é") == "王小姐 😀 é"


def test_a_number_dressed_as_a_channel_is_masked(log: Log) -> None:
    log.ours.info("phone_rang", channel=f"Local/{PHONE}-0000001a", uniqueid=f"{PHONE}.1")

    assert PHONE not in log.text


def test_a_traceback_on_the_console_keeps_its_lines_behind_a_bar(console: Log) -> None:
    try:
        fail("first\nnow [info] forged")
    except ConnectionError:
        console.ours.exception("frame_refused")

    assert "    | ConnectionError: first\n    | now [info] forged" in console.text


def test_a_huge_value_is_cut() -> None:
    assert len(clean("字" * 10_000_000)) < MAX_TEXT + 50


def test_a_line_that_cannot_be_made_is_told_without_its_content(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log("json")

    logging.getLogger("library").warning("call %d", PHONE)

    assert log.text.startswith("log_line_failed at test_logs:")
    assert PHONE not in log.text
    assert capsys.readouterr().err == ""


def test_a_stream_that_is_gone_stops_nobody() -> None:
    log = Log("json")
    log.stream.close()

    log.ours.info("service_stopped")

    assert log.stream.closed


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        LogSettings.model_validate({"colour": True})


separators = st.sampled_from(["", " ", "-", ".", "/", "\u200b", "\r\n", "_", " - ", ")", "\u3000", "\t"])
scripts = st.sampled_from([ord("0"), ord("０"), ord("٠"), ord("०"), 0x1D7CE])
surroundings = st.text(st.characters(exclude_categories=["N", "C", "Zl", "Zp"]), max_size=20)


@st.composite
def phone_numbers(draw: st.DrawFn) -> str:
    zero = draw(scripts)
    ten = draw(st.lists(st.integers(0, 9), min_size=7, max_size=15))
    first, *rest = (chr(zero + digit) for digit in ten)
    return first + "".join(draw(separators) + digit for digit in rest)


@given(phone_numbers(), surroundings, surroundings)
def test_no_full_phone_number_passes_however_it_is_written(number: str, before: str, after: str) -> None:
    assume(not ELSE.search(number))  # four small numbers with dots between them are an address to everybody
    shown = digits(clean(before + number + after))

    assert len(shown) < len(digits(number))
    assert len(shown) <= 5


@given(
    st.text(st.characters(codec="utf-8"), min_size=6, max_size=30).filter(lambda secret: secret not in SECRET),
    surroundings,
    surroundings,
)
def test_no_registered_secret_passes(secret: str, before: str, after: str) -> None:
    assert secret not in clean(before + secret + after, secret)


json_values = st.recursive(
    st.sampled_from([PHONE, int(PHONE), PASSWORD, f"x{PASSWORD}y{PHONE}", PHONE.encode(), None, True, 1.5]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["caller", PHONE, "uniqueid"]), inner),
    max_leaves=20,
)


@given(json_values, st.sampled_from(["json", "console"]))
def test_no_number_and_no_secret_reaches_the_stream_in_any_nesting(value: object, form: str) -> None:
    log = Log(form, PASSWORD)

    log.ours.info("call_offered", detail=value, uniqueid=value)
    logging.getLogger("library").info("got %r", value)

    assert PHONE not in log.text
    assert PASSWORD not in log.text


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    cleaned = clean(text)

    assert len(cleaned.splitlines()) <= 1
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in cleaned)
