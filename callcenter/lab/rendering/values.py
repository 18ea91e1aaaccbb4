"""What stands for each placeholder of `dialplans/`, for one instance of the lab or for a switch in a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from callcenter.lab import root as roots
from callcenter.lab.render import PAGES_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from callcenter.lab.settings import LabSettings

_SETTINGS = {
    "sip_port",
    "ami_port",
    "http_port",
    "trunk_host",
    "trunk_port",
    "rtp_start",
    "rtp_end",
    "ring_seconds",
    "wrap_up_seconds",
    "wait_seconds",
    "menu_seconds",
    "internal_ring_seconds",
    "opening_hours",
    "outbound_number",
    "direct_seconds",
    "rtp_timeout_seconds",
    "page_silence_seconds",
    "system_name",
}
_IN_THE_IMAGE = {
    "ETC_DIR": "/etc/asterisk",
    "VAR_DIR": "/var/lib/asterisk",
    "RUN_DIR": "/run/asterisk",
    "LOG_DIR": "/var/log/asterisk",
    "MODULE_DIR": "/usr/lib/asterisk-modules",
    "PROMPTS_DIR": "/usr/share/callcenter/prompts",
}
"""Where docker/asterisk.Dockerfile has things."""


class Given(NamedTuple):
    """What an instance has beside its settings: its place in the root, and secrets."""

    instance: Path
    manager_secrets: Mapping[str, str]
    lookup_token: str


class Placed(NamedTuple):
    """Where a switch in a container is reached, and by whom.

    Attributes:
        sip: Address on which SIP listens.
        media: The container's own address, which phones are told for their voice.
        manager: Address on which the manager interface listens.
        manager_permit: Networks whose logins it takes, in Asterisk's words; several are parted by commas.
        phones: The same, of phones.
        lookup_url: Where the dialplan asks where a caller goes; empty: nowhere.
        http: Address on which pages' phones of this machine are listened to, without TLS.
        certificate: A file with the certificate and its key, for pages' phones of elsewhere; empty: none are.
        pages: Asterisk's file of the phones in pages; empty: beside the others.
    """

    sip: str
    media: str
    manager: str
    manager_permit: str
    phones: str
    lookup_url: str
    http: str
    certificate: str
    pages: str


def values_of(settings: LabSettings, given: Given) -> dict[str, str]:
    """Return what stands for each placeholder."""
    inside = "/" + str(given.instance.relative_to(settings.root_dir))
    asked = settings.lookup_port
    return {
        **_of_settings(settings),
        **_of_logins(given.manager_secrets),
        "ETC_DIR": f"{inside}/etc",
        "VAR_DIR": f"{inside}/var",
        "RUN_DIR": f"{inside}/run",
        "LOG_DIR": f"{inside}/log",
        "MODULE_DIR": roots.module_dir(settings.root_dir),
        "PROMPTS_DIR": f"{inside}/prompts" if (given.instance / "prompts").is_dir() else "",
        "LOOKUP_URL": "" if asked is None else f"http://{settings.bind}:{asked}/dialplan",
        "LOOKUP_TOKEN": given.lookup_token,
        "AMI_BIND": settings.bind,
        "SIP_BIND": settings.bind,
        "HTTP_BIND": settings.bind,
        **_tls(settings.bind, ""),
        "PAGES_FILE": PAGES_FILE,
        "MEDIA_ADDRESS": settings.bind,
        "AMI_PERMIT": "127.0.0.0/255.0.0.0",
        "SIP_PERMIT": "127.0.0.0/255.0.0.0",
    }


def container_values(settings: LabSettings, placed: Placed, secrets: Mapping[str, str]) -> dict[str, str]:
    """Return what stands for each placeholder in a container; secrets are of both logins and the dialplan."""
    return {
        **_of_settings(settings),
        **_of_logins({login: secrets[login] for login in ("events", "control")}),
        **_IN_THE_IMAGE,
        "LOOKUP_URL": placed.lookup_url,
        "LOOKUP_TOKEN": secrets["dialplan"],
        "AMI_BIND": placed.manager,
        "SIP_BIND": placed.sip,
        "HTTP_BIND": placed.http,
        **_tls(placed.sip, placed.certificate),
        "PAGES_FILE": placed.pages or PAGES_FILE,
        "MEDIA_ADDRESS": placed.media,
        "AMI_PERMIT": placed.manager_permit,
        "SIP_PERMIT": placed.phones,
    }


def _tls(address: str, certificate: str) -> dict[str, str]:
    return {
        "HTTP_TLS": "yes" if certificate else "no",
        "TLS_BIND": address,
        "TLS_CERTIFICATE": certificate,
        "TLS_KEY": certificate,
    }


def _of_settings(settings: LabSettings) -> dict[str, str]:
    return {name.upper(): str(value) for name, value in settings.model_dump(include=_SETTINGS).items()}


def _of_logins(secrets: Mapping[str, str]) -> dict[str, str]:
    return {f"AMI_{login.upper()}_SECRET": value for login, value in secrets.items()}
