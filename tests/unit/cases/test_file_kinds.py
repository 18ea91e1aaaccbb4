"""Files are what their bytes say; one whose name says otherwise is refused."""

from __future__ import annotations

import pytest

from callcenter.cases.file_kinds import MediaType, has_signature, kind_named, require_kind
from callcenter.errors import BadInput

HELD = {
    MediaType.JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF",
    MediaType.PNG: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    MediaType.WEBP: b"RIFF\x24\n\x00\x00WEBPVP8 ",
    MediaType.GIF: b"GIF89a\x01\x00",
    MediaType.PDF: b"%PDF-1.7\n",
    MediaType.TEXT: "货没到\r\n".encode(),
    MediaType.MAIL: b"Received: from a\r\n by b\r\nSubject: late\r\n\r\nwhere is it?",
}
AS_TEXT_TOO = {(MediaType.TEXT, MediaType.MAIL), (MediaType.TEXT, MediaType.PDF)}
"""A mail is a text, and so is this beginning of a PDF; as text they are served inert."""


@pytest.mark.parametrize(("kind", "held"), HELD.items())
def test_file_is_what_its_bytes_say(kind: MediaType, held: bytes) -> None:
    for said in MediaType:
        if said is kind or (said, kind) in AS_TEXT_TOO:
            require_kind(said, held)
        else:
            with pytest.raises(BadInput, match="not what its name says"):
                require_kind(said, held)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.JPG", MediaType.JPEG), ("照片.jpeg", MediaType.JPEG), ("a.exe.pdf", MediaType.PDF), ("x.eml", MediaType.MAIL)],
)
def test_kind_is_named_by_the_ending(name: str, kind: MediaType) -> None:
    assert kind_named(name) is kind


@pytest.mark.parametrize("name", ["", "  ", "x" * 117 + ".txt", "a\u202etxt.exe", "a/b.txt", "a\\b.txt", "a\n.txt"])
def test_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="the file's name"):
        kind_named(name)


@pytest.mark.parametrize("name", ["jpg", "a.exe", "a.html", "a.svg", "a.", "a.zip"])
def test_kind_that_is_not_taken_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="not taken"):
        kind_named(name)


@pytest.mark.parametrize("held", [b"", b"a\x00b", b"a\x1b[2J", b"\xff\xff\xff", b"\xef\xbb\xbf"])
def test_text_that_is_none_is_refused(held: bytes) -> None:
    with pytest.raises(BadInput):
        require_kind(MediaType.TEXT, held)


def test_text_may_be_of_the_older_encoding() -> None:
    require_kind(MediaType.TEXT, "货没到".encode("gb18030"))


@pytest.mark.parametrize(
    "held", [b"hello", b"X-Note: a\n\nb", b"Subject: a\nno header\n\n", b" folded\n\n", b"Subject: a"]
)
def test_mail_without_a_mails_headers_is_refused(held: bytes) -> None:
    with pytest.raises(BadInput):
        require_kind(MediaType.MAIL, held)


def test_mail_may_have_no_body() -> None:
    require_kind(MediaType.MAIL, b"Subject: a\n")


def test_only_texts_need_all_their_bytes() -> None:
    assert [kind for kind in MediaType if not has_signature(kind)] == [MediaType.TEXT, MediaType.MAIL]
