"""The headless phone: signalling of our own on `callcenter.sip`, audio by pyVoIP, behind one module.

pyVoIP (the extra `phone`) is used in `rtp.py` alone: it encodes and decodes G.711, reads RTP and the keys in it. Its
signalling is not used: 1.6.8 tells of a ring a second late, knows neither CANCEL nor retransmission nor hold nor
transfer, ignores OPTIONS, so that a switch thinks the phone dead, and raises on messages that it does not expect.
"""

from callcenter.softphone.diary import DiaryEntry, Did, PhoneState
from callcenter.softphone.phone import Phone
from callcenter.softphone.script import IGNORE, PhoneScript, ScriptAct, ScriptStep
from callcenter.softphone.settings import PhoneSettings

__all__ = [
    "IGNORE",
    "DiaryEntry",
    "Did",
    "Phone",
    "PhoneScript",
    "PhoneSettings",
    "PhoneState",
    "ScriptAct",
    "ScriptStep",
]
