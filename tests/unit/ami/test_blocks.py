from __future__ import annotations

import pytest

from callcenter.ami.blocks import Blocks


def test_each_block_comes_with_its_place_in_the_stream() -> None:
    blocks = Blocks(start=10)

    assert blocks.feed(b"a: 1\r\n\r\nb: 2\r\nc: 3\r\n\r\nd") == [(10, b"a: 1\r"), (18, b"b: 2\r\nc: 3\r")]
    assert blocks.feed(b": 4\n\n") == [(32, b"d: 4")]


@pytest.mark.parametrize("size", [1, 2, 3, 50])
@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b"\n\r\n", b"\r\n\n", b"\r\n\r\n\r\n"])
def test_extra_blank_lines_are_no_blocks(blank: bytes, size: int) -> None:
    data = blank + b"a: 1\r\n\r\n" + blank + b"b: 2\n\n" + blank
    blocks = Blocks()

    found = [block for start in range(0, len(data), size) for block in blocks.feed(data[start : start + size])]
    blocks.close()

    assert found == [(data.index(b"a"), b"a: 1\r"), (data.index(b"b"), b"b: 2")]
    assert blocks.dropped == 0


def test_a_long_block_that_never_ends_is_counted_once() -> None:
    blocks = Blocks(limit=100)
    blocks.feed(b"x" * 1000)
    blocks.feed(b"x" * 1000)

    blocks.close()

    assert blocks.dropped == 1


@pytest.mark.parametrize("size", [1, 2, 50, 10_000])
@pytest.mark.parametrize(("length", "dropped"), [(99, 0), (100, 0), (101, 1), (102, 1), (103, 1), (300, 1)])
def test_what_is_too_long_does_not_depend_on_the_cut(size: int, length: int, dropped: int) -> None:
    data = b"\r\n" + b"x" * length + b"\n\r\n" + b"y\n\n" + b"z" * length + b"\n\n"
    blocks = Blocks(limit=100)

    found = [block for start in range(0, len(data), size) for block in blocks.feed(data[start : start + size])]

    assert blocks.dropped == 2 * dropped
    assert len(found) == 3 - 2 * dropped
