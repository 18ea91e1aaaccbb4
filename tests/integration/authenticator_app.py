"""The app on somebody's phone, which shows the codes of an authenticator."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from callcenter.domain.frame import SECOND
from callcenter.store.customers.sealing import MasterKeys
from callcenter.usecases.customers.privacy import PrivacySettings
from tests.integration.api import Department

STEP = 30 * SECOND


def with_keys(work: Department, path: Path) -> None:
    """Give a department master keys, without which nobody sets an authenticator up."""
    MasterKeys.new().write(path)
    privacy = PrivacySettings(key_file=path)
    object.__setattr__(work.service, "ports", work.service.ports._replace(privacy=privacy))
    work.service.sessions._masters = privacy.master_keys


class App:
    """The app on somebody's phone."""

    def __init__(self, work: Department, uri: str) -> None:
        self._work = work
        secret = parse_qs(urlsplit(uri).query)["secret"][0]
        self._totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303

    def shows(self, steps: int = 0) -> str:
        """Return the code of so many steps from now."""
        return self._totp.generate((self._work.now + steps * STEP) // SECOND).decode()
