"""Settings for a service that follows a lab: a file that is ready to be used, with its secrets beside it."""

from __future__ import annotations

import json
from pathlib import Path

from callcenter.errors import LabError
from callcenter.lab.settings import LAB_DOMAIN
from callcenter.lab.switch import LabState

SETTINGS_FILE = "callcenter.toml"

_TEXT = """\
[site]
name = "lab"
[ami]
host = "{host}"
port = {port}
queue_log = {queue_log}
[ami.events]
username = "events"
secret_file = {events}
[ami.control]
username = "control"
secret_file = {control}
[journal]
path = {journal}
[store]
url = {store}
[web]
enabled = {asked}
port = {port_asked}
audit_heads = {heads}
[web.dialplan]
secret_file = {dialplan}
"""


def write_settings(work_dir: Path, state: LabState) -> Path:
    """Write the settings of a service that follows this lab, and return where they are.

    Raises:
        LabError: They cannot be written.
    """
    folder = work_dir.absolute()
    told = state.manager_secrets | {"dialplan": state.lookup_token}
    secrets = {name: folder / f"{name}.secret" for name in ("events", "control", "dialplan")}
    text = _TEXT.format(
        host=LAB_DOMAIN,
        port=state.ami_port,
        queue_log=_quoted(state.queue_log),
        events=_quoted(secrets["events"]),
        control=_quoted(secrets["control"]),
        journal=_quoted(folder / "journal.sqlite"),
        store=_quoted(f"sqlite:///{folder / 'record.sqlite'}"),
        asked=str(state.lookup_port is not None).lower(),
        port_asked=state.lookup_port or 0,
        heads=_quoted(folder / "audit-heads.jsonl"),
        dialplan=_quoted(secrets["dialplan"]),
    )
    try:
        for name, path in secrets.items():
            path.touch(mode=0o600)
            path.write_text(told[name] + "\n", encoding="utf-8")
        (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
    except OSError as error:
        raise LabError(f"{error.filename or folder} cannot be written: {error.strerror or error}.") from error
    return folder / SETTINGS_FILE


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)
