"""The Asterisk root: a small Debian with Asterisk 22 and SIPp, built once by mmdebstrap and then shared.

Made and entered as root, or by somebody else with sudo throughout; never half one, half the other.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

from callcenter.errors import LabError
from callcenter.locale import english

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = "asterisk,sip-tester,tcc"
SUITE = "sid"
MAJOR = "22"
_BUILD_SECONDS = 900
_INSTANCES = "srv/callcenter"
_NO_RESOLVER = "/usr/local/lib/no_resolver"
_NO_RESOLVER_C = """\
/* PJSIP's resolver keeps a UDP socket a family on every address, and no setting of Asterisk keeps it away (without a
   name server the C library offers it 127.0.0.1). Refused with PJ_ENOTSUP, Asterisk goes on without one. */
int pjsip_endpt_create_resolver(void *endpoint, void **resolver) { return 70012; }
"""


def privileged(*argv: str) -> list[str]:
    """Turn a command into one that runs as root."""
    return [*argv] if os.geteuid() == 0 else ["sudo", *argv]


def in_root(root: Path, *argv: str) -> list[str]:
    """Turn a command into one inside the root, with the caller's own user id."""
    if os.geteuid() == 0:
        return ["chroot", str(root), *argv]
    return ["sudo", "chroot", f"--userspec={os.getuid()}:{os.getgid()}", str(root), *argv]


def asterisk(root: Path, *arguments: str) -> list[str]:
    """Turn Asterisk's arguments into a command that runs it inside the root, with sockets on loopback only."""
    return in_root(root, "/usr/bin/env", f"LD_PRELOAD={_NO_RESOLVER}.so", "/usr/sbin/asterisk", *arguments)


def _run(argv: list[str], timeout: float, doing: str, typed: str = "") -> str:
    """Run a command to its end.

    Raises:
        LabError: It is missing, fails, or takes too long; its last line of output is told.
    """
    try:
        done = subprocess.run(argv, input=typed, capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError as error:
        raise LabError(f"{doing} needs the program {argv[0]}, which is not installed.") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{doing} did not end within {timeout:.0f} s.") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise LabError(english(f"{doing} failed ({' '.join(argv[:2])}): {said}"))
    return done.stdout


def asterisk_version(root: Path) -> str:
    """Read the version of the root's Asterisk.

    Raises:
        LabError: There is none, or it is not 22.
    """
    said = _run(in_root(root, "/usr/sbin/asterisk", "-V"), 30, "Asking Asterisk for its version")
    match = re.search(r"Asterisk (\d+)\.([\w.~+-]+)", said)
    if not match or match[1] != MAJOR:
        raise LabError(f"The lab needs Asterisk {MAJOR}; {root} has {said.strip() or 'none'}.")
    return f"{match[1]}.{match[2]}"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure_root(root: Path) -> str:
    """Build the root unless it is there, and return its Asterisk's version; about 30 s the first time.

    Raises:
        LabError: mmdebstrap is missing or fails, or Debian's Asterisk is not 22.
    """
    with _locked(root.with_name(root.name + ".lock")):
        if not is_built(root):
            _build(root)
    return asterisk_version(root)


def is_built(root: Path) -> bool:
    """Tell whether the root is there, whole."""
    return (root / "usr/sbin/asterisk").exists()


def megabytes(root: Path) -> float:
    """Return how much of a root that is being built is there, as far as the caller may look."""
    walked = os.walk(_partial(root))
    return sum(_size(f"{folder}/{name}") for folder, _, names in walked for name in names) / 1_000_000


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0  # gone since it was listed


def _partial(root: Path) -> Path:
    return root.with_name(root.name + ".partial")


def _build(root: Path) -> None:
    """Build beside the final place and move there at the end, so that a half-built root is never used."""
    if shutil.which("mmdebstrap") is None:
        raise LabError("The lab needs mmdebstrap to build its Asterisk root: apt-get install mmdebstrap.")
    partial = _partial(root)
    _run(privileged("rm", "-rf", "--one-file-system", str(partial)), 120, "Clearing an unfinished root")
    # Where the package mirror is a frozen one its Release file may have expired; elsewhere this does no harm.
    frozen = '--aptopt=Acquire::Check-Valid-Until "false"'
    flags = ["--variant=minbase", "--skip=check/qemu", frozen, f"--include={PACKAGES}"]
    command = privileged("mmdebstrap", *flags, SUITE, str(partial))
    _run(command, _BUILD_SECONDS, "Building the Asterisk root")
    source, library = f"{_NO_RESOLVER}.c", f"{_NO_RESOLVER}.so"
    _run(privileged("tee", f"{partial}{source}"), 30, "Writing into the Asterisk root", typed=_NO_RESOLVER_C)
    compiling = ["tcc", "-shared", "-nostdlib", "-o", library, source]
    _run(privileged("chroot", str(partial), *compiling), 60, "Compiling inside the Asterisk root")
    _run(privileged("mv", str(partial), str(root)), 60, "Putting the Asterisk root in its place")


def make_instance_dir(root: Path, name: str) -> Path:
    """Make a directory inside the root that belongs to whoever calls; it may exist."""
    path = root / _INSTANCES / name
    owner = ["-o", str(os.getuid()), "-g", str(os.getgid()), "-m", "0750"]
    _run(privileged("install", "-d", "-m", "0755", str(path.parent)), 30, "Making a directory in the root")
    _run(privileged("install", "-d", *owner, str(path)), 30, "Making the instance's directory")
    return path


def remove_instance_dir(path: Path) -> None:
    """Remove an instance's directory, logs included.

    Raises:
        LabError: It lies elsewhere than instances do.
    """
    if path.parent.parts[-2:] != tuple(_INSTANCES.split("/")):
        raise LabError(f"{path} is no directory of an instance.")
    _run(privileged("rm", "-rf", "--one-file-system", str(path)), 60, "Removing the instance's directory")


def cut_off_dns(root: Path) -> None:
    """Let the root know this machine's name and no name server: each call would else wait a second for DNS."""
    name = socket.gethostname()
    hosts = root / "etc/hosts"
    known = hosts.read_text(encoding="utf-8").split() if hosts.exists() else []
    if name not in known:
        text = f"127.0.0.1 localhost {name}\n"
        _run(privileged("tee", str(hosts)), 30, "Writing the root's /etc/hosts", typed=text)
    servers = root / "etc/resolv.conf"
    if servers.exists() and servers.stat().st_size:
        _run(privileged("tee", str(servers)), 30, "Emptying the root's /etc/resolv.conf")


def module_dir(root: Path) -> str:
    """Say where the root keeps Asterisk's modules, as seen from inside.

    Raises:
        LabError: There are none.
    """
    for found in sorted((root / "usr/lib").glob("*/asterisk/modules")):
        return "/" + str(found.relative_to(root))
    raise LabError(f"The Asterisk root {root} has no modules; remove it and it is built anew.")
