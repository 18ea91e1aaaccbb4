"""Asterisk's configuration for one instance: `dialplans/`, filled in, and what is made from lists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import callcenter
from callcenter.ami.names import NEEDED, VARIABLES
from callcenter.domain.vocabulary import DIRECT
from callcenter.errors import LabError
from callcenter.files.phones import phones_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from callcenter.lab.settings import AgentSpec, QueueSpec

PAGES_FILE = "pjsip_pages.conf"
_PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]+)@")
_QUEUE_MEMBERS = re.compile(r"^#include queue_members_(\w+)\.conf$", re.MULTILINE)


def dialplans_dir() -> Path:
    """Find the configuration: inside an installed package, or beside it in a checkout."""
    package = Path(callcenter.__file__).parent
    for place in (package / "_dialplans", package.parent / "dialplans"):
        if (place / "asterisk.conf").is_file():
            return place
    raise LabError("The directory dialplans/ is missing; reinstall the package or use a full checkout.")


def fill(text: str, values: Mapping[str, str], name: str) -> str:
    """Replace each `@NAME@`; nothing is left half filled.

    Raises:
        LabError: A name has no value, or a value would break out of its line.
    """

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if value is None:
            raise LabError(f"dialplans/{name} asks for @{match[1]}@, which no setting gives.")
        if re.search(r"[\r\n;]", value):
            raise LabError(f"The setting {match[1]} may hold neither a line break nor a semicolon.")
        return value

    return _PLACEHOLDER.sub(value_of, text)


def manager_filters() -> str:
    """Write the event filters of the `events` login: exactly the names that the service reads."""
    lines = [f"eventfilter(action(include),name({name})) =" for name in NEEDED if name != "VarSet"]
    lines += [
        f"eventfilter(action(include),name(VarSet),header(Variable),method(exact)) = {variable}"
        for variable in sorted(VARIABLES)
    ]
    return "\n".join([*lines, ""])


def phone(agent: AgentSpec, secret: str) -> str:
    """Write an agent's endpoint, auth and aor."""
    number = agent.number
    return (
        f"[{number}](agent)\n"
        f'callerid = "{agent.name}" <{number}>\n'
        f"auth = {number}\naors = {number}\n\n"
        f"[{number}](agent-auth)\nusername = {number}\npassword = {secret}\n\n"
        f"[{number}](agent-aor)\n\n"
    )


def member(agent: AgentSpec) -> str:
    """Write an agent as a queue's member."""
    return f"member => {agent.interface},0,{agent.name},{agent.interface}\n"


def direct_queue(agent: AgentSpec) -> str:
    """Write the queue of one agent's phone alone; one in a page is its member once the agent has signed in."""
    return f"[{DIRECT}{agent.number}](direct)\n{'' if agent.page else member(agent)}\n"


def queue(spec: QueueSpec, agents: Iterable[AgentSpec]) -> str:
    """Write one extra queue of the lab with its members."""
    lines = [
        f"[{spec.name}]",
        f"strategy = {spec.strategy}",
        f"timeout = {spec.ring_seconds}",
        "timeoutrestart = yes",
        f"timeoutpriority = {spec.timeout_priority}",
        f"retry = {spec.retry_seconds}",
        f"wrapuptime = {spec.wrap_up_seconds}",
        f"maxlen = {spec.max_waiting}",
        f"joinempty = {spec.join_empty}",
        f"leavewhenempty = {spec.leave_when_empty}",
        "ringinuse = no",
        "autopause = no",
        "context = leave-by-key",
        *(f"member => {line}" for line in spec.members),
    ]
    members = (member(agent) for agent in agents if spec.name in agent.queues and not agent.page)
    return "\n".join([*lines, ""]) + "".join(members) + "\n"


def render(
    values: Mapping[str, str],
    agents: tuple[AgentSpec, ...],
    phone_secrets: Mapping[str, str],
    extra_queues: tuple[QueueSpec, ...] | None = None,
) -> dict[str, str]:
    """Render every file of one instance, by its path below the configuration directory.

    Args:
        values: What stands for each `@NAME@`.
        agents: Each becomes a phone and a member of its queues.
        phone_secrets: By agent's number.
        extra_queues: Given, even if empty, the lab's own files are added.
    """
    source = dialplans_dir()
    files = {
        path.name: fill(path.read_text(encoding="utf-8"), values, path.name) for path in sorted(source.glob("*.conf"))
    }
    for name in _QUEUE_MEMBERS.findall(files["queues.conf"]):
        files[f"queue_members_{name}.conf"] = "".join(member(a) for a in agents if name in a.queues and not a.page)
    files["pjsip_agents.conf"] = "".join(phone(a, phone_secrets[a.number]) for a in agents if not a.page)
    files[PAGES_FILE] = phones_text({a.number: phone_secrets[a.number] for a in agents if a.page})
    files["queues_direct.conf"] = "".join(direct_queue(agent) for agent in agents if agent.direct)
    files["manager_filters.conf"] = manager_filters()
    if extra_queues is not None:
        for path in sorted((source / "lab").glob("*.conf")):
            # What adds to a file of dialplans/ is included from there; what is the lab's alone is read by its name.
            name = f"lab/{path.name}" if path.name in files else path.name
            files[name] = fill(path.read_text(encoding="utf-8"), values, f"lab/{path.name}")
        files["agents.conf"] = "".join(f"[{agent.number}]\nfullname = {agent.name}\n" for agent in agents)
        files["lab/queues.conf"] = "".join(queue(spec, agents) for spec in extra_queues)
    return files
