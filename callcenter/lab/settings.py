"""What a lab is made of: directories, ports, agents and queues, all with working defaults."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from callcenter.errors import BadSetting

ANY_PORT = 0
"""Stands for a free port, chosen when the lab starts."""

LAB_DOMAIN = "127.0.0.1"


def default_root() -> Path:
    """Say where the Asterisk root is cached: one a machine for root, one a user otherwise."""
    if os.geteuid() == 0:
        return Path("/var/cache/callcenter/asterisk-22")
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "callcenter" / "asterisk-22"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AgentSpec(_Part):
    """One agent: the phone's number, the name in queues, and the queues served.

    Attributes:
        direct: The phone has a queue of its own, for callers who prefer this agent.
        page: The phone is in a page, and a member of the queues once the agent has signed in.
    """

    number: str = Field(pattern=r"^1\d{3}$")
    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9 '.-]{0,39}$")
    queues: tuple[str, ...] = ()
    direct: bool = False
    page: bool = False

    @property
    def interface(self) -> str:
        """Say how queues dial this agent."""
        return f"PJSIP/{self.number}"


class QueueSpec(_Part):
    """One more queue for the lab, beside those of `dialplans/queues.conf`; times in seconds.

    Attributes:
        members: Lines of `member =>`, for members that are no plain phone (a Local channel, say).
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    strategy: Literal["rrmemory", "ringall", "linear", "leastrecent", "fewestcalls"] = "rrmemory"
    ring_seconds: int = Field(default=25, ge=1)
    retry_seconds: int = Field(default=1, ge=1)
    wrap_up_seconds: int = Field(default=0, ge=0)
    max_waiting: int = Field(default=0, ge=0)
    join_empty: str = "yes"
    leave_when_empty: str = "no"
    timeout_priority: Literal["app", "conf"] = "conf"
    members: tuple[str, ...] = ()


class LabSettings(_Part):
    """Everything that can differ from one lab to the next; a port of 0 is a free one.

    Attributes:
        work_dir: Holds `lab.json`, which says where everything is; one lab a work directory.
        root_dir: Root of a Debian system with Asterisk, built on first use, shared by all labs.
        trunk_host: Loopback address of which every caller comes; the phones use another.
        lookup_port: Where the dialplan asks the service's API where a caller goes; None: it asks nobody.
        rtp_timeout_seconds: A phone that sends no voice in a call for so long is taken for dead; 0: never.
        page_silence_seconds: The same of a page that sends no voice, not even silence, also while it holds; 0: never.
        direct_seconds: How long a preferred agent alone is tried before the line.
        in_pages: Every agent's phone is in a page.
        for_tests: Adds `dialplans/lab/`: an unfiltered login and an extension for each queue.
    """

    work_dir: Path = Path("var/lab")
    root_dir: Path = Field(default_factory=default_root)
    system_name: str = Field(default="lab", pattern=r"^[a-z][a-z0-9]{0,19}$")
    bind: str = LAB_DOMAIN
    sip_port: int = Field(default=ANY_PORT, ge=0, le=65535)
    ami_port: int = Field(default=ANY_PORT, ge=0, le=65535)
    http_port: int = Field(default=ANY_PORT, ge=0, le=65535)
    lookup_port: int | None = Field(default=None, ge=0, le=65535)
    rtp_timeout_seconds: int = Field(default=0, ge=0)
    page_silence_seconds: int = Field(default=8, ge=0)
    direct_seconds: int = Field(default=20, ge=1)
    trunk_host: str = "127.0.0.2"
    trunk_port: int = Field(default=ANY_PORT, ge=0, le=65535)
    rtp_start: int = Field(default=16384, ge=1024, le=65535)
    rtp_end: int = Field(default=32767, ge=1024, le=65535)
    ring_seconds: int = Field(default=25, ge=1)
    wrap_up_seconds: int = Field(default=3, ge=0)
    wait_seconds: int = Field(default=300, ge=1)
    menu_seconds: int = Field(default=3, ge=1)
    internal_ring_seconds: int = Field(default=60, ge=1)
    opening_hours: str = Field(default="*,*,*,*,Asia/Shanghai", pattern=r"^[A-Za-z0-9*:,/_-]+$")
    outbound_number: str = Field(default="4000000400", pattern=r"^\d+$")
    agents_file: Path | None = None
    extra_agents: tuple[AgentSpec, ...] = ()
    extra_queues: tuple[QueueSpec, ...] = ()
    in_pages: bool = False
    for_tests: bool = False
    boot_seconds: float = 30.0

    def agents(self, dialplans: Path) -> tuple[AgentSpec, ...]:
        """Read the agents file and add the extra ones.

        Raises:
            BadSetting: The file is missing, is no TOML, or names an agent twice.
        """
        path = self.agents_file or dialplans / "agents.toml"
        try:
            listed = tomllib.loads(path.read_text(encoding="utf-8")).get("agent", [])
            given = {"direct": True, "page": self.in_pages}
            own = (AgentSpec.model_validate(given | item) for item in listed)
            agents = (*own, *self.extra_agents)
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
            raise BadSetting(f"The agents file {path} cannot be used: {error}") from error
        numbers = [agent.number for agent in agents]
        if len(set(numbers)) != len(numbers):
            raise BadSetting(f"The agents file {path} gives a number to two agents.")
        return agents
