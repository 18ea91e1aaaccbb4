"""The secret of a login, as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.ami.settings import LoginSettings
from callcenter.errors import BadSetting


def test_secret_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\nsecond line\n")
    assert LoginSettings(username="e", secret_file=tmp_path / "secret").reveal() == "hunter2"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_secret_file_without_a_usable_line_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(BadSetting, match="the secret of login 'e'"):
        LoginSettings(username="e", secret_file=tmp_path / "secret").reveal()
