"""Options that many commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callcenter.config import SETTINGS_FILE

SettingsPath = Annotated[Path | None, typer.Option("--settings", envvar=SETTINGS_FILE, help="The settings file.")]
