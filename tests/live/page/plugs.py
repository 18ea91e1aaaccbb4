"""Sound devices that can be plugged in and out: a PulseAudio of its own without hardware, and what sounds on each."""

from __future__ import annotations

import asyncio
import os
import shutil
from array import array
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.live.page.sound import CLEAR, RATE, SILENT, heard_in, told_of, write_tone

_MOST = RATE // 2
_MOUTH = "mouth"


class Plugs:
    """What a browser finds plugged in; outputs are named, the microphone hears a tone.

    Attributes:
        environment: What a browser is started with to find them.
    """

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "native"
        self.environment = {**os.environ, "PULSE_SERVER": f"unix:{self._socket}", "HOME": str(folder)}
        self._running: list[asyncio.subprocess.Process] = []
        self._listening: list[asyncio.Task[None]] = []
        self._plugged: dict[str, str] = {}
        self._heard: dict[str, deque[int]] = {}

    async def _run(self, *words: str, **how: int) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(*words, env=self.environment, **how)  # type: ignore[arg-type]
        self._running.append(process)
        return process

    async def _asked(self, *words: str) -> str:
        process = await self._run("pactl", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
        said, _ = await process.communicate()
        assert process.returncode == 0, words
        return said.decode().strip()

    async def open(self, hertz: int) -> None:
        """Start without any output, with a microphone that hears a tone over and over."""
        words = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
        words += ["-L", f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"]
        words += ["-L", f"module-null-sink sink_name={_MOUTH}"]
        words += ["-L", f"module-remap-source master={_MOUTH}.monitor source_name=microphone"]
        await self._run(*words, stderr=asyncio.subprocess.DEVNULL)
        async with asyncio.timeout(20):
            while not self._socket.exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.1)
        await self._asked("set-default-source", "microphone")
        tone = write_tone(self._socket.with_name("tone.wav"), hertz)
        again = f"while paplay --device={_MOUTH} {tone}; do :; done"
        await self._run("sh", "-c", again, stderr=asyncio.subprocess.DEVNULL)

    async def plug(self, name: str) -> None:
        """Plug an output in."""
        how = (f"sink_name={name}", f"sink_properties=device.description={name}")
        self._plugged[name] = await self._asked("load-module", "module-null-sink", *how)
        ear = ("parec", f"--device={name}.monitor", "--raw", "--channels=1", f"--rate={RATE}", "--format=s16le")
        process = await self._run(*ear, "--latency-msec=50", stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        self._heard[name] = deque(maxlen=_MOST)
        self._listening.append(asyncio.create_task(self._listen(process.stdout, self._heard[name])))

    async def unplug(self, name: str) -> None:
        """Plug an output out."""
        await self._asked("unload-module", self._plugged.pop(name))

    async def make_own(self, name: str) -> None:
        """Make an output the system's own choice."""
        await self._asked("set-default-sink", name)

    async def _listen(self, said: asyncio.StreamReader, heard: deque[int]) -> None:
        with suppress(asyncio.IncompleteReadError):
            while True:
                heard.extend(array("h", await said.readexactly(RATE // 10 * 2)))

    async def until(self, name: str, hertz: int, clear: float = CLEAR, seconds: float = 20.0) -> None:
        """Wait until a tone sounds on an output from now on.

        Raises:
            AssertionError: Something else does, or nothing.
        """
        heard = self._heard[name]
        heard.clear()
        ends = asyncio.get_running_loop().time() + seconds
        while heard_in(list(heard), hertz) < clear:
            assert asyncio.get_running_loop().time() < ends, f"{hertz} Hz on {name}: {told_of(list(heard))}"
            await asyncio.sleep(0.1)

    def sounds(self, name: str, hertz: int) -> bool:
        """Tell whether a tone was in the last half second on an output."""
        return heard_in(list(self._heard[name]), hertz) > SILENT

    async def close(self) -> None:
        """End everything that runs."""
        for process in reversed(self._running):
            if process.returncode is None:
                process.terminate()
                await process.wait()
        for task in self._listening:
            await task


@asynccontextmanager
async def plugs(folder: Path, hertz: int) -> AsyncIterator[Plugs]:
    """Start a sound server for a browser, its files in a folder, and end it."""
    assert all(map(shutil.which, ("pulseaudio", "parec"))), "PulseAudio is missing: run make server"
    found = Plugs(folder)
    try:
        await found.open(hertz)
        yield found
    finally:
        await found.close()
