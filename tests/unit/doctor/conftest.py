"""Whatever the doctor finds in these tests can be said in Chinese, too."""

from __future__ import annotations

import pytest

from tests.support.doctor_checks import MODULES, check


@pytest.fixture(autouse=True)
def _said_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in MODULES:
        monkeypatch.setattr(module, "Check", check)
