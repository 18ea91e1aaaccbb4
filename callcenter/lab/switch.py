"""One running Asterisk: made from settings, started in its root, asked for its state, stopped by its own pid.

Story: `Lab.start` renders the configuration into a directory of its own inside the root, starts Asterisk and
waits until it says FullyBooted. What another process needs to stop it stands in `lab.json` of the work
directory. A pid is only ever signalled while it still runs this instance's configuration.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from callcenter.errors import LabError
from callcenter.lab import root as roots
from callcenter.lab.render import PAGES_FILE, dialplans_dir, render
from callcenter.lab.rendering.prompts import ensure_prompts, give
from callcenter.lab.rendering.values import Given, values_of
from callcenter.lab.settings import ANY_PORT, LAB_DOMAIN, AgentSpec, LabSettings

STATE_FILE = "lab.json"
_STOP_SECONDS = 8.0
_POLL_SECONDS = 0.05
_MAX_SOCKET_PATH = 107


class LabState(BaseModel):
    """What `lab.json` holds: enough to use and to stop a running lab; readable by its owner only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pid: int
    instance: Path
    version: str
    sip_port: int
    ami_port: int
    http_port: int
    trunk_host: str
    trunk_port: int
    lookup_port: int | None = None
    lookup_token: str = ""
    manager_secrets: dict[str, str]
    phone_secrets: dict[str, str]

    @property
    def queue_log(self) -> Path:
        """Where Asterisk writes queue_log."""
        return self.instance / "log" / "queue_log"

    @property
    def pages(self) -> Path:
        """Where the phones of pages stand, with their secrets."""
        return self.instance / "etc" / PAGES_FILE

    @property
    def websocket(self) -> str:
        """Where pages reach it."""
        return f"ws://{LAB_DOMAIN}:{self.http_port}/ws"

    def alive(self) -> bool:
        """Tell whether the pid still runs this instance."""
        try:
            command = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except OSError:
            return False
        return self.instance.name.encode() in command


def free_port(host: str, kind: socket.SocketKind) -> int:
    """Find a port that nobody holds now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def with_ports(settings: LabSettings) -> LabSettings:
    """Choose a free port wherever the settings leave it open.

    Raises:
        LabError: One that they name is taken.
    """
    wanted = {
        "sip_port": (settings.bind, socket.SOCK_DGRAM),
        "ami_port": (settings.bind, socket.SOCK_STREAM),
        "http_port": (settings.bind, socket.SOCK_STREAM),
        "trunk_port": (settings.trunk_host, socket.SOCK_DGRAM),
    }
    if settings.lookup_port is not None:
        wanted["lookup_port"] = (settings.bind, socket.SOCK_STREAM)
    for name, (host, kind) in wanted.items():
        _require_free(host, getattr(settings, name), kind)
    found = {
        name: free_port(host, kind) for name, (host, kind) in wanted.items() if getattr(settings, name) == ANY_PORT
    }
    return settings.model_copy(update=found)


def _require_free(host: str, port: int, kind: socket.SocketKind) -> None:
    """Refuse a port that somebody has: Asterisk would start without it, and nobody would hear why."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Asterisk does: what only lingers is free
        try:
            probe.bind((host, port))
            if kind is socket.SOCK_STREAM:
                probe.listen()
        except OSError as error:
            protocol = "TCP" if kind is socket.SOCK_STREAM else "UDP"
            why = error.strerror or error
            raise LabError(f"The {protocol} port {port} of {host} is taken ({why}); give another, or 0.") from error


class Lab:
    """A lab of its own: Asterisk, started and stopped by this object."""

    def __init__(self, settings: LabSettings) -> None:
        self.settings = settings
        self.agents: tuple[AgentSpec, ...] = settings.agents(dialplans_dir())
        self._state: LabState | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def state(self) -> LabState:
        """Ports, secrets and pid.

        Raises:
            LabError: It was not started.
        """
        if self._state is None:
            raise LabError("The lab is not running; start it with: callcenter lab up.")
        return self._state

    def start(self) -> LabState:
        """Build the root if need be, render, start Asterisk and wait until it is fully booted.

        Raises:
            LabError: Another lab runs in the work directory, or a step fails.
        """
        _require_writable(self.settings.work_dir)
        running = load_state(self.settings.work_dir)
        if running is not None and running.alive():
            raise LabError(f"A lab runs already in {self.settings.work_dir} (pid {running.pid}).")
        settings = with_ports(self.settings)
        version = roots.ensure_root(settings.root_dir)
        roots.cut_off_dns(settings.root_dir)
        instance = roots.make_instance_dir(settings.root_dir, _instance_name(settings.work_dir))
        state = LabState(
            pid=0,
            instance=instance,
            version=version,
            sip_port=settings.sip_port,
            ami_port=settings.ami_port,
            http_port=settings.http_port,
            trunk_host=settings.trunk_host,
            trunk_port=settings.trunk_port,
            lookup_port=settings.lookup_port,
            lookup_token=secrets.token_urlsafe(24),
            manager_secrets={login: secrets.token_urlsafe(18) for login in self._logins()},
            phone_secrets={agent.number: secrets.token_urlsafe(12) for agent in self.agents},
        )
        give(ensure_prompts(settings.root_dir.parent), state.instance / "prompts")
        self._write_configuration(settings, state)
        return self.boot(state)

    def boot(self, state: LabState) -> LabState:
        """Start Asterisk on the configuration that stands there already; after a crash, again.

        Raises:
            LabError: It ends or does not boot in time.
        """
        inside = "/" + str(state.instance.relative_to(self.settings.root_dir))
        argv = roots.asterisk(self.settings.root_dir, "-f", "-C", f"{inside}/etc/asterisk.conf")
        with (state.instance / "log" / "console").open("ab") as console:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True
            )
        try:
            self.wait_booted(state)
            pid = int((state.instance / "run" / "asterisk.pid").read_text().strip())
            self._state = state.model_copy(update={"pid": pid})
            _save_state(self.settings.work_dir, self._state)
        except BaseException:  # whatever it is, Ctrl-C included: nothing runs that nobody can find again
            self._abandon(state)
            raise
        return self._state

    def _abandon(self, state: LabState) -> None:
        """End what has been started, by the pid that it wrote, or else by the one that was started."""
        self._state = None
        with contextlib.suppress(OSError, ValueError):
            pid = int((state.instance / "run" / "asterisk.pid").read_text().strip())
            _end(state.model_copy(update={"pid": pid}))
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(PermissionError):  # a sudo, which ends with what it started
                self._process.terminate()
        self._reap()

    def stop(self) -> None:
        """Stop what was started, gently and then not; stopping twice does nothing more."""
        if self._state is not None:
            stop(self.settings.work_dir, self._state)
            self._state = None
            self._reap()

    def discard(self) -> None:
        """Stop, and remove the instance's files, logs included."""
        instance = self._state.instance if self._state is not None else None
        self.stop()
        if instance is not None:
            roots.remove_instance_dir(instance)

    def kill(self) -> None:
        """End Asterisk as a power cut would (SIGKILL)."""
        state = self.state
        if state.alive():
            os.kill(state.pid, signal.SIGKILL)
        _wait_gone(state, _STOP_SECONDS)
        self._reap()

    def freeze(self) -> None:
        """Stop Asterisk in its tracks, as a machine under water does, until `thaw`."""
        os.kill(self.state.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen Asterisk go on; a sudo that started it has stopped with it, and must go on too."""
        os.kill(self.state.pid, signal.SIGCONT)
        if self._process is not None and self._process.pid != self.state.pid:
            subprocess.run(roots.privileged("kill", "-CONT", str(self._process.pid)), check=False)

    def command(self, text: str) -> None:
        """Type a command at Asterisk's own control socket; its answer is not read."""
        path = str(self.state.instance / "run" / "asterisk.ctl")
        if len(path) > _MAX_SOCKET_PATH:
            raise LabError(f"The path {path} is too long for a socket; choose a shorter root_dir.")
        with socket.socket(socket.AF_UNIX) as console:
            console.connect(path)
            console.settimeout(2.0)
            console.recv(4096)
            console.sendall(text.encode() + b"\0")
            with contextlib.suppress(OSError):
                console.recv(4096)

    def _reap(self) -> None:
        """Collect the ended process, so that no zombie stays."""
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)
            self._process = None

    def _logins(self) -> tuple[str, ...]:
        return ("events", "control", "lab") if self.settings.for_tests else ("events", "control")

    def _write_configuration(self, settings: LabSettings, state: LabState) -> None:
        for name in ("etc", "var", "run", "log"):
            shutil.rmtree(state.instance / name, ignore_errors=True)
        for name in ("etc/lab", "var/spool", "var/agi-bin", "run", "log"):
            (state.instance / name).mkdir(parents=True)
        queues = settings.extra_queues if settings.for_tests else None
        given = Given(state.instance, state.manager_secrets, state.lookup_token)
        files = render(values_of(settings, given), self.agents, state.phone_secrets, queues)
        for name, text in files.items():
            path = state.instance / "etc" / name
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")

    def wait_booted(self, state: LabState | None = None) -> None:
        """Wait until the switch takes a login and says that it is fully booted.

        Raises:
            LabError: The process ends, or the time is over.
        """
        state = state or self.state
        deadline = time.monotonic() + self.settings.boot_seconds
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                raise LabError(f"Asterisk ended at once; see {state.instance / 'log'}.")
            if _booted(self.settings.bind, state):
                return
            time.sleep(_POLL_SECONDS)
        raise LabError(f"Asterisk did not boot within {self.settings.boot_seconds:.0f} s.")


def _instance_name(work_dir: Path) -> str:
    """Give each work directory its own place in the shared root."""
    return "lab-" + hashlib.sha256(str(work_dir.absolute()).encode()).hexdigest()[:12]


def _booted(host: str, state: LabState) -> bool:
    """Log in once and look for FullyBooted, which a login that reads `system` gets once it is true."""
    login = f"Action: Login\r\nUsername: events\r\nSecret: {state.manager_secrets['events']}\r\n\r\n"
    said = b""
    with contextlib.suppress(OSError), socket.create_connection((host, state.ami_port), 1.0) as manager:
        manager.settimeout(0.5)
        manager.sendall(login.encode())
        while b"FullyBooted" not in said and (more := manager.recv(4096)):
            said += more
    return b"FullyBooted" in said


def _require_writable(work_dir: Path) -> None:
    """Refuse a directory in which the lab's state could not be kept, before anything runs."""
    try:
        work_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=work_dir):
            pass
    except OSError as error:
        why = error.strerror or error
        raise LabError(f"{work_dir} cannot be written ({why}); give another with --work-dir.") from error


def _save_state(work_dir: Path, state: LabState) -> None:
    path = work_dir / STATE_FILE
    try:
        work_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(state.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise LabError(f"{path} cannot be written: {error.strerror or error}.") from error


def load_state(work_dir: Path) -> LabState | None:
    """Read what the last lab in this work directory left; None if there is nothing.

    Raises:
        LabError: The file cannot be read.
    """
    path = work_dir / STATE_FILE
    try:
        return LabState.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValidationError, json.JSONDecodeError) as error:
        raise LabError(f"{path} cannot be read; remove it once no lab runs there.") from error


def stop(work_dir: Path, state: LabState) -> None:
    """Stop a lab by its pid; SIGTERM is `core stop now`. The state file goes, logs stay.

    Raises:
        LabError: It is still there after SIGKILL.
    """
    _end(state)
    if state.alive():
        raise LabError(f"Asterisk (pid {state.pid}) cannot be stopped.")
    (work_dir / STATE_FILE).unlink(missing_ok=True)


def _end(state: LabState) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if state.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(state.pid, sign)
            _wait_gone(state, _STOP_SECONDS)


def _wait_gone(state: LabState, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while state.alive() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
