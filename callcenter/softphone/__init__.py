"""The headless phone: pyVoIP behind one module, with its faults repaired."""

from callcenter.softphone.diary import Did, Entry, PhoneState
from callcenter.softphone.phone import Phone
from callcenter.softphone.script import IGNORE, Act, PhoneScript, Step
from callcenter.softphone.settings import PhoneSettings

__all__ = [
    "IGNORE",
    "Act",
    "Did",
    "Entry",
    "Phone",
    "PhoneScript",
    "PhoneSettings",
    "PhoneState",
    "Step",
]
