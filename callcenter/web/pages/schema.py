"""Prints the API's document, of which the page's types are made: `python -m callcenter.web.pages.schema`."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

from callcenter.web.application import make_application
from callcenter.web.settings import WebSettings

if __name__ == "__main__":
    described: Any = SimpleNamespace(settings=WebSettings())  # of a service its document asks no more
    json.dump(make_application(described).openapi(), sys.stdout)
