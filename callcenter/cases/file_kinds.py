"""What kind a file is, by its content and not by what it says of itself; only a few kinds are taken (pure)."""

from __future__ import annotations

import re
from enum import StrEnum

from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.untrusted import hidden_in, is_plain

HEAD = 16
"""Bytes by which kinds with a signature are known."""
MOST_NAME = 120


class MediaType(StrEnum):
    """The kinds that are taken, each with its media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    PDF = "application/pdf"
    TEXT = "text/plain"
    MAIL = "message/rfc822"


_ENDINGS = {
    "jpg": MediaType.JPEG,
    "jpeg": MediaType.JPEG,
    "png": MediaType.PNG,
    "webp": MediaType.WEBP,
    "gif": MediaType.GIF,
    "pdf": MediaType.PDF,
    "txt": MediaType.TEXT,
    "eml": MediaType.MAIL,
}
_SIGNATURES = {
    MediaType.JPEG: re.compile(rb"\xff\xd8\xff"),
    MediaType.PNG: re.compile(rb"\x89PNG\r\n\x1a\n"),
    MediaType.WEBP: re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    MediaType.GIF: re.compile(rb"GIF8[79]a"),
    MediaType.PDF: re.compile(rb"%PDF-\d"),
}
_HEADER = re.compile(r"[!-9;-~]{1,80}:[^\n]*\n")
_FOLDED = re.compile(r"[ \t][^\n]*\n")
_OF_A_MAIL = re.compile(r"(?:from|date|received|subject|message-id|return-path):", re.IGNORECASE)


def kind_named(name: str) -> MediaType:
    """Return the kind that a file's name says.

    Raises:
        BadInput: The name cannot be shown, or its ending is none of those that are taken.
    """
    if not name.strip() or len(name) > MOST_NAME or hidden_in(name) is not None or "/" in name or "\\" in name:
        raise BadInput(f"the file's name must be 1 to {MOST_NAME} characters that can be seen, without a folder")
    kind = _ENDINGS.get(name.rpartition(".")[2].lower()) if "." in name else None
    if kind is None:
        raise BadInput(english(f"this kind of file is not taken; taken are: {', '.join(_ENDINGS)}"))
    return kind


def require_kind(kind: MediaType, held: bytes) -> None:
    """Pass if the bytes of a file are of a kind; of one with a signature, its first `HEAD` bytes are enough.

    Raises:
        BadInput: They are not.
    """
    signature = _SIGNATURES.get(kind)
    if signature is not None:
        good = signature.match(held) is not None
    else:
        text = _text(held)
        good = text is not None and (kind is MediaType.TEXT or _is_mail(text))
    if not good:
        raise BadInput("the file is not what its name says: send it under the ending of what it is")


def has_signature(kind: MediaType) -> bool:
    """Tell whether a kind is known by its first bytes."""
    return kind in _SIGNATURES


def _text(held: bytes) -> str | None:
    """Read text of either encoding that is in use here; None: it is none."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = held.decode(encoding)
        except UnicodeDecodeError:
            continue
        text = text.replace("\r\n", "\n")
        return text if text and is_plain(text) else None
    return None


def _is_mail(text: str) -> bool:
    """Tell whether a text begins with the headers of a message, one of those that every mail has among them."""
    place, known = 0, False
    while header := _HEADER.match(text, place) or _FOLDED.match(text, place):
        known = known or _OF_A_MAIL.match(text, place) is not None
        place = header.end()
    return known and (place == len(text) or text[place] == "\n")
