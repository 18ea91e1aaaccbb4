"""Answers to challenges, those of the standards and those that nobody can answer."""

from __future__ import annotations

import hashlib
import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.sip.digest import answer, credentials
from callcenter.sip.message import SipMessage

REQUEST = SipMessage("REGISTER sip:pbx SIP/2.0", (("cseq", "1 REGISTER"),))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _answer(challenge: str) -> str:
    return answer(challenge, "GET", "/dir/index.html", "Mufasa", "Circle Of Life")


def test_answer_without_qop_is_that_of_the_standard() -> None:
    said = _answer('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"')

    # RFC 2069's example, as its erratum corrects it
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in said
    assert 'opaque="5ccc"' in said
    assert said.endswith(",algorithm=MD5")


def test_answer_with_qop_counts_and_adds_a_number_of_ours() -> None:
    said = _answer('digest Realm="r",nonce="n",qop="auth-int, AUTH",algorithm=md5')
    once = re.search(r'qop=auth,nc=00000001,cnonce="(\w+)"$', said)

    assert once
    ours, theirs = _md5("Mufasa:r:Circle Of Life"), _md5("GET:/dir/index.html")
    assert f'response="{_md5(f"{ours}:n:00000001:{once[1]}:auth:{theirs}")}"' in said


def test_quoted_quotes_do_not_end_a_realm() -> None:
    assert r'realm="a \"b\", nonce=forged"' in _answer(r'Digest realm="a \"b\", nonce=forged", nonce="n"')


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        'Basic realm="r"',
        'Basic realm="r",nonce="n"',
        'Digest realm="r"',
        'Digest nonce="n"',
        'Digest realm="r",nonce="n",algorithm=SHA-256',
        'Digest realm="r",nonce="n",qop="auth-int"',
    ],
)
def test_challenge_that_we_cannot_answer_is_not_answered(challenge: str) -> None:
    assert _answer(challenge) == ""


@pytest.mark.parametrize(
    ("code", "asks", "answers"),
    [(401, "www-authenticate", "authorization"), (407, "proxy-authenticate", "proxy-authorization")],
)
def test_first_challenge_that_can_be_answered_is(code: int, asks: str, answers: str) -> None:
    stronger, known = 'Digest realm="r",nonce="n",algorithm=SHA-256', 'Digest realm="r",nonce="n"'
    refusal = SipMessage(f"SIP/2.0 {code} No", ((asks, stronger), (asks, known)))
    given_back = credentials(refusal, REQUEST, "1001", "s3cret")

    assert given_back
    assert given_back[0] == answers
    expected = _md5(f"{_md5('1001:r:s3cret')}:n:{_md5('REGISTER:sip:pbx')}")
    assert f'response="{expected}"' in given_back[1]


@pytest.mark.parametrize(("code", "value"), [(403, 'Digest realm="r",nonce="n"'), (401, "Bearer"), (401, "")])
def test_refusal_that_asks_for_nothing_has_no_answer(code: int, value: str) -> None:
    assert credentials(SipMessage(f"SIP/2.0 {code} No", (("www-authenticate", value),)), REQUEST, "u", "s") is None


@given(st.text(max_size=100).map(lambda rest: 'Digest realm="r",nonce="n",' + rest) | st.text(max_size=100))
def test_no_challenge_raises(challenge: str) -> None:
    assert isinstance(_answer(challenge), str)


@pytest.mark.parametrize("filler", ["a", 'a="', 'a="\\"', "=", "a ", '"'])
def test_longest_challenge_is_read_at_once(filler: str) -> None:
    begun = process_time()
    _answer("Digest " + filler * (16_384 // len(filler)))

    assert process_time() - begun < 1
