"""What stands for each placeholder of `dialplans/`, for one instance of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcenter.lab import root as roots

if TYPE_CHECKING:
    from callcenter.lab.settings import LabSettings
    from callcenter.lab.switch import LabState


def values_of(settings: LabSettings, state: LabState) -> dict[str, str]:
    """Say what stands for each placeholder of dialplans/."""
    inside = "/" + str(state.instance.relative_to(settings.root_dir))
    numbers = settings.model_dump(
        include={
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
    )
    return {
        **{name.upper(): str(value) for name, value in numbers.items()},
        **{f"AMI_{login.upper()}_SECRET": value for login, value in state.manager_secrets.items()},
        "ETC_DIR": f"{inside}/etc",
        "VAR_DIR": f"{inside}/var",
        "RUN_DIR": f"{inside}/run",
        "LOG_DIR": f"{inside}/log",
        "MODULE_DIR": roots.module_dir(settings.root_dir),
        "LOOKUP_URL": "" if state.lookup_port is None else f"http://{settings.bind}:{state.lookup_port}/dialplan",
        "LOOKUP_TOKEN": state.lookup_token,
        "PROMPTS_DIR": f"{inside}/prompts" if (state.instance / "prompts").is_dir() else "",
        "AMI_BIND": settings.bind,
        "SIP_BIND": settings.bind,
        "MEDIA_ADDRESS": settings.bind,
        "AMI_PERMIT": "127.0.0.0/255.0.0.0",
        "SIP_PERMIT": "127.0.0.0/255.0.0.0",
    }
