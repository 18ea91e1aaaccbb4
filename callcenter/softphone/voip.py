"""The one door to pyVoIP, which is an extra: opened in the order that it needs, or closed with one sentence."""

from __future__ import annotations

import importlib
import warnings

from callcenter.errors import PhoneError

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # audioop, which Python 3.13 left out
        importlib.import_module("pyVoIP.VoIP")  # pyVoIP.SIP before it is a circular import
except ModuleNotFoundError as error:
    if error.name == "audioop":
        raise PhoneError("the phone needs audioop, which Python 3.13 left out: install audioop-lts") from error
    raise PhoneError("the phone needs pyVoIP: install callcenter[phone]") from error

from pyVoIP import RTP, SIP
from pyVoIP.SIP import SIPMessage, SIPParseError
from pyVoIP.VoIP import CallState, NoPortsAvailableError, VoIPCall, VoIPPhone

__all__ = [
    "RTP",
    "SIP",
    "CallState",
    "NoPortsAvailableError",
    "SIPMessage",
    "SIPParseError",
    "VoIPCall",
    "VoIPPhone",
]
