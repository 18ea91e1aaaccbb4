"""What pages could not do is counted once, by the page's word or the switch's, and by the switch's alone."""

from __future__ import annotations

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.facts import Fact
from callcenter.domain.vocabulary import EndedBy, How, PageWord
from callcenter.exporter.pages import PageFailures
from callcenter.exporter.present import Changed, moved

CUT = ("Alice", PageWord.CUT_SHORT)


def said(uid: str | None = "c1", what: PageWord = PageWord.CUT_SHORT) -> Fact:
    return PageWitnessed(
        at=1, agent="Alice", interface="PJSIP/0", what=what, uniqueid=uid, device=None, detail=None, frames=()
    )


def ended(uid: str = "c1", by: EndedBy = EndedBy.CUT_SHORT) -> Fact:
    talk = fx.Talk(
        call="x",
        uniqueid=uid,
        agent="Alice",
        interface="PJSIP/0",
        how=next(iter(How)),
        queue="q",
        start=1,
        end=2,
        ended_by=by,
        in_gap=False,
        frames=(),
    )
    return fx.TalkEnded(at=3, talk=talk)


@pytest.mark.parametrize(
    ("facts", "counted"),
    [
        ([said(), ended()], [CUT, None]),
        ([ended(), said()], [CUT, None]),
        ([ended(), ended("c2")], [CUT, CUT]),
        ([ended(), said(), ended(), said()], [CUT, None, CUT, None]),
        ([said(), said(), ended(), ended()], [CUT, CUT, None, None]),
        ([said(None), ended()], [CUT, CUT]),
        ([ended(by=EndedBy.AGENT), said(what=PageWord.RANG)], [None, None]),
        ([said(what=PageWord.COULD_NOT_RING)], [("Alice", PageWord.COULD_NOT_RING)]),
    ],
)
def test_call_that_was_cut_short_counts_once_by_whichever_word_comes(
    facts: list[Fact], counted: list[tuple[str, PageWord] | None]
) -> None:
    pages = PageFailures()
    assert [pages.told(fact) for fact in facts] == counted
    shown = [moved(Changed(), [fact])[1] for fact in facts]
    assert all("Alice" in agents for agents, one in zip(shown, counted, strict=True) if one is not None)


def test_words_that_wait_for_another_are_bounded() -> None:
    pages = PageFailures()
    assert all(pages.told(ended(f"c{n}")) for n in range(1_100))
    assert (pages.told(said("c0")), pages.told(said("c1099"))) == (CUT, None)
