"""What stands for each placeholder of `dialplans/`, for one instance of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from callcenter.lab import root as roots

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
    "system_name",
}


class Given(NamedTuple):
    """What an instance has beside its settings: its place in the root, and secrets."""

    instance: Path
    manager_secrets: Mapping[str, str]
    lookup_token: str


def values_of(settings: LabSettings, given: Given) -> dict[str, str]:
    """Return what stands for each placeholder."""
    inside = "/" + str(given.instance.relative_to(settings.root_dir))
    asked = settings.lookup_port
    return {
        **{name.upper(): str(value) for name, value in settings.model_dump(include=_SETTINGS).items()},
        **{f"AMI_{login.upper()}_SECRET": value for login, value in given.manager_secrets.items()},
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
        "MEDIA_ADDRESS": settings.bind,
        "AMI_PERMIT": "127.0.0.0/255.0.0.0",
        "SIP_PERMIT": "127.0.0.0/255.0.0.0",
    }
