"""Where secrets lie: files, or what systemd gives the service as credentials, which a vault or the TPM may hold."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from callcenter.errors import BadSetting
from callcenter.locale import english

_CREDENTIAL = "credential:"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_OF_THE_UNIT = "/run/credentials/callcenter.service"
"""Where systemd puts them while the service runs; root reads them there."""


def credentials_folder() -> Path:
    """Return where systemd puts what `LoadCredential` and `LoadCredentialEncrypted` name."""
    return Path(os.environ.get("CREDENTIALS_DIRECTORY") or _OF_THE_UNIT)


def others_may_read(path: Path) -> bool:
    """Tell whether others than its owner may read a file; of a credential systemd's own ACL looks like a group's right.

    Raises:
        OSError: There is no such file.
    """
    closed = 0o007 if credentials_folder() in path.parents else 0o077
    return bool(path.stat().st_mode & closed)


def _placed(told: Any) -> Any:
    if not isinstance(told, str) or not told.startswith(_CREDENTIAL):
        return told
    name = told.removeprefix(_CREDENTIAL)
    if not _NAME.fullmatch(name):
        raise ValueError(english("a credential's name has letters, digits, dots, dashes and underscores"))
    return credentials_folder() / name


SecretFile = Annotated[Path, BeforeValidator(_placed)]
"""A file with a secret: its path, or `credential:NAME`."""


def trusting(table: str, ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """Return how TLS is spoken with a server: its certificate always verified, ours shown where there is one.

    Args:
        table: The settings table that has tls_ca, tls_certificate and tls_key_file.
        ca: Who vouches for the server; None: whom the system trusts.
        certificate: Ours, by which the server knows us; its key is beside it or in the same file.
        key: Its key, where that is a file of its own.

    Raises:
        BadSetting: One of them cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise BadSetting(f"{table}.tls_ca {ca} cannot be used: {error}") from error
    if certificate is not None:
        try:
            # nobody is there to type a password: a key that wants one is none
            context.load_cert_chain(certificate, key, password="")
        except (OSError, ssl.SSLError) as error:
            raise BadSetting(f"{table}.tls_certificate {certificate} cannot be used: {error}") from error
    return context
