"""A party as Asterisk names it in an event: all its headers, in order."""

from __future__ import annotations

from callcenter.ami.places import PARTY

_QUIET = {
    "ChannelState": "6",
    "ChannelStateDesc": "Up",
    "CallerIDNum": "<unknown>",
    "CallerIDName": "<unknown>",
    "ConnectedLineNum": "<unknown>",
    "ConnectedLineName": "<unknown>",
    "Language": "en",
    "AccountCode": "",
    "Context": "from-trunk",
    "Exten": "400",
    "Priority": "1",
}


def party(prefix: str = "", /, **known: str) -> dict[str, str]:
    """Name a party by what is known of it; its own call is the linked one unless said otherwise."""
    said = {"Linkedid": known["Uniqueid"]} | _QUIET | known
    return {prefix + header: said[header] for header in PARTY}
