from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pytest

from callcenter.ami.wire import Wire
from callcenter.errors import BadInput, DiskFull, UnreadableFile
from callcenter.tape import CHUNK, TapeWriter, read_chunks, require_whole

FRAME = b"Event: Shutdown\r\nPrivilege: system,all\r\nRestart: False\r\n\r\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK * 3 + 1])
def test_a_tape_reads_the_same_packed_or_plain(tmp_path: Path, pack: type[bytes], size: int) -> None:
    data = (b"0123456789" * (size // 10 + 1))[:size]
    path = tmp_path / "tape"
    path.write_bytes(pack(data))

    pieces = list(read_chunks(path))

    assert b"".join(pieces) == data
    assert all(0 < len(piece) <= CHUNK for piece in pieces)


def test_two_packed_recordings_in_one_file_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "tape"
    path.write_bytes(gzip.compress(b"a") + gzip.compress(b"b"))

    assert b"".join(read_chunks(path)) == b"ab"


@pytest.mark.parametrize("cut", [3, 200, 90_000, -9, -8, -1])
def test_a_truncated_gzip_yields_what_it_has_and_says_so(tmp_path: Path, cut: int) -> None:
    data = "".join(f"{number * number % 99_991:07}\n" for number in range(50_000)).encode()
    path = tmp_path / "tape.gz"
    path.write_bytes(gzip.compress(data)[:cut])
    read = b""

    with pytest.raises(UnreadableFile, match=r"tape\.gz ends in the middle of its gzip data"):  # noqa: PT012 - both
        for chunk in read_chunks(path):
            read += chunk

    assert data.startswith(read)
    assert len(read) >= min(len(data), cut % len(data)) - 20_000


def test_a_truncated_gzip_still_gives_its_last_whole_frame(tmp_path: Path) -> None:
    path = tmp_path / "tape.gz"
    path.write_bytes(gzip.compress(FRAME * 3)[:-8])
    wire = Wire()
    frames = []

    with pytest.raises(UnreadableFile):  # noqa: PT012 - what came before the damage is the point
        for chunk in read_chunks(path):
            frames += wire.feed(chunk)

    assert len(frames) == 3


@pytest.mark.parametrize(
    "damage", [b"\x1f\x8b\x00garbage", b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff" * 40], ids=["header", "data"]
)
def test_a_damaged_gzip_is_one_sentence(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "tape.gz"
    path.write_bytes(damage)

    with pytest.raises(UnreadableFile, match="is damaged") as caught:
        list(read_chunks(path))

    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_directory_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file or directory"):
        list(read_chunks(tmp_path / "none"))
    with pytest.raises(UnreadableFile, match="Is a directory"):
        list(read_chunks(tmp_path))


@pytest.mark.parametrize("held", [b"", FRAME, gzip.compress(FRAME * 9_000)], ids=["empty", "plain", "gzip"])
def test_a_whole_tape_is_let_through(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "tape"
    path.write_bytes(held)

    require_whole(path)


def test_a_tape_that_is_not_whole_or_not_there_is_refused_before_any_of_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "tape"
    path.write_bytes(gzip.compress(FRAME * 9_000)[:-9])

    with pytest.raises(UnreadableFile, match="ends in the middle"):
        require_whole(path)
    with pytest.raises(UnreadableFile, match="No such file or directory"):
        require_whole(tmp_path / "none")


@pytest.mark.parametrize("name", ["tape.ami", "tape.ami.gz"])
def test_what_was_received_is_written_as_it_came(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    tape = TapeWriter(path)

    tape.write(FRAME[:20])
    tape.flush()
    flushed = path.stat().st_size
    tape.write(FRAME[20:] + b"\r\n\xff")
    tape.close()

    assert flushed > 0
    assert b"".join(read_chunks(path)) == FRAME + b"\r\n\xff"
    assert tape.bytes == len(FRAME) + 3


def test_a_flushed_recording_that_was_cut_off_is_still_read(tmp_path: Path) -> None:
    path, copy = tmp_path / "tape.gz", tmp_path / "copy"
    tape = TapeWriter(path)
    tape.write(FRAME)
    tape.flush()
    copy.write_bytes(path.read_bytes())
    tape.close()
    source = read_chunks(copy)

    assert next(source) == FRAME
    with pytest.raises(UnreadableFile):
        next(source)


def test_the_same_bytes_make_the_same_file(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        tape = TapeWriter(tmp_path / name)
        tape.write(FRAME)
        tape.close()

    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_a_recording_never_overwrites_another(tmp_path: Path) -> None:
    path = tmp_path / "tape"
    path.write_bytes(b"precious")

    with pytest.raises(BadInput, match="exists already"):
        TapeWriter(path)

    assert path.read_bytes() == b"precious"


def test_a_recording_into_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be written: No such file"):
        TapeWriter(tmp_path / "none" / "tape")


def test_a_recording_of_nothing_leaves_nothing(tmp_path: Path) -> None:
    TapeWriter(tmp_path / "tape.gz").discard()

    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_kept_until_the_end_and_raised_then(tmp_path: Path) -> None:
    tape = TapeWriter(tmp_path / "tape")
    tape._file.close()
    tape._out = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 - the tape closes it

    tape.write(FRAME)
    tape.write(FRAME)

    assert tape.bytes == 0
    with pytest.raises(DiskFull, match="No space left"):
        tape.close()


def test_another_failure_to_write_is_no_full_disk(tmp_path: Path) -> None:
    tape = TapeWriter(tmp_path / "tape")
    tape._file.close()
    reader, writer = os.pipe()
    os.close(reader)
    tape._out = os.fdopen(writer, "wb", buffering=0)

    tape.write(FRAME)

    with pytest.raises(UnreadableFile, match="Broken pipe"):
        tape.close()


def test_a_disk_that_is_full_only_at_the_end_is_told(tmp_path: Path) -> None:
    tape = TapeWriter(tmp_path / "tape")
    tape._file.close()
    tape._out = Path("/dev/full").open("wb")  # noqa: SIM115 - the tape closes it
    tape.write(FRAME)

    with pytest.raises(DiskFull, match="could not be finished"):
        tape.close()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_marked_frames_have_the_time_of_their_first_byte(tmp_path: Path, size: int, ending: bytes) -> None:
    data = (b"Asterisk Call Manager/11.0.0\r\n" + FRAME + b"\r\n" + FRAME * 2).replace(b"\r\n", ending)
    begins = [0, *(found.end() for found in re.finditer(rb"\n\r?\n(?=Event)", data))]
    tape = TapeWriter(tmp_path / "tape")
    for start in range(0, len(data), size):
        tape.write(data[start : start + size], at=1795418218_250000 + start)
    tape.close()
    wire = Wire(markers=True)

    frames = [frame for chunk in read_chunks(tape.path) for frame in wire.feed(chunk)]

    assert [frame.at for frame in frames] == [1795418218_250000 + begin // size * size for begin in begins]
    assert wire.quarantined == {}
