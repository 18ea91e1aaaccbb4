"""A switch of one socket that says what a test tells it to, and understands SIP by its own, naive reading."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from dataclasses import dataclass
from typing import Self

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\n"
)
PATIENCE = 5.0


@dataclass(frozen=True)
class Heard:
    """A message as the switch got it."""

    text: str

    @property
    def heading(self) -> str:
        return self.text.partition("\r\n")[0]

    @property
    def body(self) -> str:
        return self.text.partition("\r\n\r\n")[2]

    def all(self, name: str) -> list[str]:
        lines = self.text.partition("\r\n\r\n")[0].split("\r\n")
        return [line.partition(":")[2].strip() for line in lines if line.lower().startswith(f"{name.lower()}:")]

    def __getitem__(self, name: str) -> str:
        return self.all(name)[0]

    @property
    def to_tag(self) -> str:
        return self["To"].partition(";tag=")[2]


class Peer:
    """The switch: REGISTER, BYE and refusals are answered by themselves; all but REGISTER waits to be taken."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE)
        self.port = int(self.socket.getsockname()[1])
        self.phone = ("127.0.0.1", 0)
        self.registers: queue.Queue[Heard] = queue.Queue()
        self.deaf_to_refusals = False
        self.register_codes = ["401 Unauthorized", "200 OK"]
        self._heard: queue.Queue[Heard] = queue.Queue()
        self._thread = threading.Thread(target=self._listen, name="peer")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"END", ("127.0.0.1", self.port))
        self._thread.join()
        self.socket.close()

    def _listen(self) -> None:
        while True:
            with contextlib.suppress(OSError):  # the phone's port is closed, or nothing came
                data, sender = self.socket.recvfrom(65535)
                if data == b"END":
                    return
                self._sort(Heard(data.decode()), sender)

    def _sort(self, heard: Heard, sender: tuple[str, int]) -> None:
        if heard.heading.startswith("REGISTER"):
            self.phone = sender
            self.registers.put(heard)
            code = self.register_codes.pop(0) if len(self.register_codes) > 1 else self.register_codes[0]
            challenge = 'WWW-Authenticate: Digest realm="r",nonce="n",qop="auth"\r\n' if "401" in code else ""
            self.answer(heard, code, challenge)
        else:
            self._heard.put(heard)
        if heard.heading.startswith("BYE"):
            self.answer(heard, "200 OK")
        if not self.deaf_to_refusals and heard.heading[8:9] in "3456" and heard["CSeq"].endswith("INVITE"):
            self.acknowledge(heard, heard["Call-ID"])

    def take(self, start: str) -> Heard:
        """Return the next message that starts like this, dropping others."""
        while True:
            heard = self._heard.get(timeout=PATIENCE)
            if heard.heading.startswith(start):
                return heard

    def send(self, text: str) -> None:
        self.socket.sendto(text.encode(), self.phone)

    def send_bytes(self, data: bytes) -> None:
        self.socket.sendto(data, self.phone)

    def answer(self, asked: Heard, code: str, extra: str = "", body: str = "", tag: str = "peer") -> None:
        to = asked["To"] if "tag=" in asked["To"] else f"{asked['To']};tag={tag}"
        vias = "".join(f"Via: {via}\r\n" for via in asked.all("Via"))
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.send(
            f"SIP/2.0 {code}\r\n{vias}From: {asked['From']}\r\nTo: {to}\r\nCall-ID: {asked['Call-ID']}\r\n"
            f"CSeq: {asked['CSeq']}\r\nContact: <sip:asterisk@127.0.0.1:{self.port}>\r\n{extra}{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def ask(
        self,
        method: str,
        *,
        call: str = "call-1",
        cseq: int = 1,
        branch: str = "",
        to_tag: str = "",
        sender: str = '"Wang" <sip:13800138000@127.0.0.1>',
        extra: str = "",
        body: str = "",
    ) -> None:
        to = "<sip:1001@127.0.0.1>" + (f";tag={to_tag}" if to_tag else "")
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.send(
            f"{method} sip:1001@127.0.0.1 SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch or f'z9hG4bK{method}{call}{cseq}'}\r\n"
            f"From: {sender};tag=caller\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: {cseq} {method}\r\n"
            f"Contact: <sip:asterisk@127.0.0.1:{self.port}>\r\n{extra}{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def invite(self, call: str = "call-1", **more: str) -> Heard:
        """Call the phone and return its 180."""
        self.ask("INVITE", call=call, branch=f"z9hG4bKinvite-{call}", body=SDP.format(port=9), **more)  # type: ignore[arg-type]
        return self.take("SIP/2.0 180")

    def cancel(self, call: str = "call-1", extra: str = "") -> None:
        self.ask("CANCEL", call=call, branch=f"z9hG4bKinvite-{call}", extra=extra)

    def acknowledge(self, final: Heard, call: str = "call-1") -> None:
        self.ask("ACK", call=call, to_tag=final.to_tag)
