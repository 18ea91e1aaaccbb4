"""The whole exception tree; each error is one sentence that says what to do.

    CallcenterError                 exit code
    ├── BadInput                    2   what a person or a file gave us cannot be used
    │   ├── UnreadableFile          2   a tape, queue_log, roster or rulebook
    │   └── BadSetting              2   the settings file or CALLCENTER_* environment
    ├── SwitchError                 3   Asterisk, as we meet it over AMI
    │   ├── SwitchUnreachable       3   no such host, refused, timed out, cut off
    │   ├── LoginRefused            3   wrong name or secret, or an ACL
    │   ├── RightsMissing           3   logged in, but may not do what is needed
    │   └── SwitchUnsuitable        3   too old, or settings that evidence depends on are missing
    ├── StoreError                  4   the journal or the database
    │   ├── MigrationMissing        4   the schema is not the one this version writes
    │   ├── DiskFull                4   nothing acknowledged is lost; writing stops
    │   ├── FileTaken               4   a file was removed or replaced while it was open
    │   └── JournalDamaged          4   a stored frame does not hash to what was recorded
    ├── LabError                    5   no Asterisk root, no SIPp, a port already taken
    ├── PhoneError                  6   the softphone could not register, dial or answer
    └── BrokerError                 7   the MQTT broker
        ├── BrokerAway              7   no such host, refused, not answering, lost
        └── MessageRefused          7   it takes other messages, but not this one
            └── MessageUnfit        7   and never will

The command line prints the sentence and leaves with the code.
"""

from __future__ import annotations


class CallcenterError(Exception):
    """Anything the service itself reports; the message is one sentence for a person."""

    exit_code = 1


class BadInput(CallcenterError):
    """Something given to us from outside cannot be used as it is."""

    exit_code = 2


class UnreadableFile(BadInput):
    """A file is missing, not readable, or not what it should be."""


class BadSetting(BadInput):
    """A setting is unknown, missing or out of range."""


class SwitchError(CallcenterError):
    """Asterisk did not do what was asked of it."""

    exit_code = 3


class SwitchUnreachable(SwitchError):
    """No connection, or it was cut off."""


class LoginRefused(SwitchError):
    """The manager login was refused."""


class RightsMissing(SwitchError):
    """The login works but may not read or write a class that is needed."""


class SwitchUnsuitable(SwitchError):
    """The switch is too old, or a setting that evidence depends on is missing."""


class StoreError(CallcenterError):
    """The journal or the database could not be used."""

    exit_code = 4


class MigrationMissing(StoreError):
    """The database schema is not the one that this version writes."""


class DiskFull(StoreError):
    """The disk is full; nothing acknowledged has been lost."""


class FileTaken(StoreError):
    """A file of ours was removed or replaced while it was open: what is written to it is lost."""


class JournalDamaged(StoreError):
    """A journalled frame no longer hashes to what was recorded."""


class LabError(CallcenterError):
    """The lab could not be built or started."""

    exit_code = 5


class PhoneError(CallcenterError):
    """The softphone could not do what it was told."""

    exit_code = 6


class BrokerError(CallcenterError):
    """The MQTT broker did not do what was asked of it."""

    exit_code = 7


class BrokerAway(BrokerError):
    """There is no connection to the broker now."""


class MessageRefused(BrokerError):
    """The broker takes messages, but not this one as things stand there."""


class MessageUnfit(MessageRefused):
    """No change at the broker would have it take this message."""
