"""The answer to a digest challenge (RFC 2617): MD5, with `qop=auth` where it is asked for."""

from __future__ import annotations

import hashlib
import re

from callcenter.sip.message import Field, SipMessage, new_token

CHALLENGES = {401: ("www-authenticate", "authorization"), 407: ("proxy-authenticate", "proxy-authorization")}
"""By status: the header that asks, and the one that answers."""

_GIVEN = re.compile(r'\b(\w{1,32})\s{0,8}=\s{0,8}(?:"((?:[^"\\]|\\.){0,512})"|([^\s,"]{1,512}))', re.ASCII)


def credentials(refusal: SipMessage, request: SipMessage, user: str, secret: str) -> Field | None:
    """Returns the header that lets a refused request in, None where no answer is asked for that we can give."""
    asks, answers = CHALLENGES.get(refusal.code, ("", ""))
    for challenge in refusal.values(asks):
        if value := answer(challenge, request.method, request.uri, user, secret):
            return answers, value
    return None


def answer(challenge: str, method: str, uri: str, user: str, secret: str) -> str:
    """Returns the value that answers one challenge, "" where it is none that MD5 answers."""
    scheme, _, rest = challenge.partition(" ")
    asked = {name.lower(): quoted or plain for name, quoted, plain in _GIVEN.findall(rest)}
    qops = [qop.strip().lower() for qop in asked.get("qop", "").split(",")]
    known = scheme.lower() == "digest" and asked.get("algorithm", "MD5").upper() == "MD5"
    if not known or not {"realm", "nonce"} <= set(asked) or not {"auth", ""} & set(qops):
        return ""
    realm, nonce = asked["realm"], asked["nonce"]
    ours, theirs = _md5(f"{user}:{realm}:{secret}"), _md5(f"{method}:{uri}")
    given = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    tail = ",algorithm=MD5"
    if "auth" in qops:
        once = new_token()
        given["response"] = _md5(f"{ours}:{nonce}:00000001:{once}:auth:{theirs}")
        tail += f',qop=auth,nc=00000001,cnonce="{once}"'
    else:
        given["response"] = _md5(f"{ours}:{nonce}:{theirs}")
    if "opaque" in asked:
        given["opaque"] = asked["opaque"]
    return "Digest " + ",".join(f'{name}="{value}"' for name, value in given.items()) + tail


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
