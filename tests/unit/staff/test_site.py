"""What a site says of itself: times of keeping and queues, as settings have them and as was agreed since."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.errors import BadInput
from callcenter.staff.site.own import OwnSite, site_said

FILED = {"journal.keep_days": 0, "store.outbox_days": 30}


def site() -> OwnSite:
    return OwnSite({"tea": ""}, FILED, {"sales": "8001"})


def test_times_of_keeping_are_the_settings_until_something_is_agreed() -> None:
    own = site()
    assert own.retention.days == FILED
    assert not own.lay_over("retention", [])
    said = [{"days": {"store.outbox_days": 7}}, {"days": {"store.outbox_days": 9, "gone.since": 1}}]
    assert own.lay_over("retention", said)
    assert own.retention.days == {"journal.keep_days": 0, "store.outbox_days": 9}
    assert not own.lay_over("retention", said)
    assert [(one.code, one.old, one.new) for one in own.differing("retention", said[:1], said[1])] == [
        ("store.outbox_days", 7, 9),
        ("gone.since", None, 1),
    ]


def test_times_of_keeping_are_taken_up_to_their_bounds() -> None:
    days = {"store.outbox_days": 3_650, "customers.keep_lost_days": 0}
    assert site_said("retention", {"days": days}) == {"days": days}


def test_queues_have_names_and_numbers_once_agreed_and_what_is_left_out_the_settings() -> None:
    own = site()
    assert own.queues.numbers == {"sales": "8001"}
    first = site_said("queues", {"queues": [{"queue": "vip", "zh": " 贵宾 ", "number": "8002"}]})
    assert own.lay_over("queues", [first])
    assert own.queues.numbers == {"sales": "8001", "vip": "8002"}
    assert own.queues.said["vip"].zh == "贵宾"
    second = site_said("queues", {"queues": [{"queue": "sales", "en": "Sales"}]})
    assert own.lay_over("queues", [first, second])
    assert own.queues.numbers == {}
    assert {(one.code, one.name): (one.old, one.new) for one in own.differing("queues", [first], second)} == {
        ("sales", "en"): (None, "Sales"),
        ("sales", "number"): ("8001", None),
        ("vip", "zh"): ("贵宾", None),
        ("vip", "number"): ("8002", None),
    }
    assert not own.lay_over("queues", [first, second])


def test_number_of_a_queue_that_is_left_out_is_taken() -> None:
    own = site()
    given = {"queue": "vip", "number": "8001"}
    with pytest.raises(BadInput, match="by 8001 the settings reach queue 'sales': give 'vip' another number"):
        own.require_free("queues", {"queues": [given]})
    own.require_free("queues", {"queues": [given, {"queue": "sales", "number": "8002"}]})
    own.require_free("queues", {"queues": [{"queue": "vip", "number": "8003"}, {"queue": "orders"}]})
    own.require_free("reasons", {"reasons": []})


def test_reasons_are_of_it_too() -> None:
    own = site()
    assert own.lay_over("reasons", [{"reasons": [{"code": "drill"}]}])
    assert [one.code for one in own.reasons.offered] == ["drill"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("retention", {}),
        ("retention", {"days": {}}),
        ("retention", {"days": {"store.outbox_days": "30"}}),
        ("retention", {"days": {"store.outbox_days": 0}}),
        ("retention", {"days": {"store.outbox_days": 3_651}}),
        ("retention", {"days": {"customers.keep_lost_days": -1}}),
        ("retention", {"days": {"journal.keep_days": 30}}),
        ("queues", {}),
        ("queues", {"queues": []}),
        ("queues", {"queues": [{"queue": ""}]}),
        ("queues", {"queues": [{"queue": "q" * 81}]}),
        ("queues", {"queues": [{"queue": "sales"}, {"queue": "sales "}]}),
        ("queues", {"queues": [{"queue": "a", "number": "1"}, {"queue": "b", "number": "1"}]}),
        ("queues", {"queues": [{"queue": "sales", "number": "8-1"}]}),
        ("queues", {"queues": [{"queue": "sales", "zh": "售" * 41}]}),
        ("queues", {"queues": [{"queue": "sales", "en": "sa\u200bles"}]}),
        ("queues", {"queues": [{"queue": "sales", "hotline": True}]}),
    ],
)
def test_what_cannot_be_used_is_refused(kind: str, content: Any) -> None:
    with pytest.raises(BadInput):
        site_said(kind, content)
