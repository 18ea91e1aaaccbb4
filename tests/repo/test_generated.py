"""What is made from the code is as the code would make it, and says something of everything that there is."""

from __future__ import annotations

import importlib
import re
import subprocess
from pkgutil import iter_modules
from types import SimpleNamespace
from typing import cast

import pytest
from pydantic import BaseModel

from callcenter import config, locale
from callcenter.cli import COMMANDS
from callcenter.config import describe
from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome
from callcenter.exporter.exporter import Exporter
from callcenter.exporter.http import Pages
from callcenter.exporter.table import METRICS
from callcenter.staff.rights import Right
from callcenter.web import api
from callcenter.web.application import ROUTERS, make_application
from callcenter.web.service import Service
from callcenter.web.settings import WebSettings
from tests.repo.generate import generated, page_of
from tests.repo.reference import ROOT, TABLES, every_command, every_route, options_of


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    return {name: made("en") for name, made in TABLES.items()}


def explained(topic: str, lang: locale.Language) -> list[str]:
    """List the words that a page's tables explain, each in a row of two columns."""
    return re.findall(r"^\| `(\w+)` \| [^|]+ \|$", page_of(topic, lang).read_text("utf-8"), re.MULTILINE)


def test_generators_would_change_nothing() -> None:
    stale = [str(path.relative_to(ROOT)) for path, text in generated() if path.read_text("utf-8") != text]
    assert stale == [], "run: make generate"


def test_no_router_of_the_api_is_forgotten() -> None:
    modules = [importlib.import_module(f"callcenter.web.api.{found.name}") for found in iter_modules(api.__path__)]
    assert {id(one.router) for one in modules if hasattr(one, "router")} <= set(map(id, ROUTERS))


def test_application_has_no_route_beside_its_routers() -> None:
    app = make_application(cast("Service", SimpleNamespace(settings=WebSettings())))
    beside = [one for one in app.routes if getattr(one, "original_router", None) not in ROUTERS]
    assert [getattr(one, "path", one) for one in beside] == [app.openapi_url]


def test_setting_within_a_list_is_described() -> None:
    class Within(BaseModel):
        figure: int = 1

    class Held(BaseModel):
        many: tuple[Within, ...] = ()
        some: dict[str, Within | None] = {}

    assert [one.name for one in config._describe(Held, "")] == ["many.<name>.figure", "some.<name>.figure"]


def test_no_dashboard_is_left_that_nothing_makes() -> None:
    made = {path for path, _ in generated()}
    assert [path for path in (ROOT / "metrics" / "dashboards").rglob("*.json") if path not in made] == []


def test_every_table_is_on_a_page() -> None:
    pages = "".join(text for _, text in generated())
    assert [name for name in TABLES if pages.count(f"<!-- {name} -->\n") != len(locale.LANGUAGES)] == []


def test_make_generate_runs_the_generators() -> None:
    told = subprocess.run(["make", "-n", "generate"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "-m tests.repo.generate" in told


def test_every_setting_metric_command_and_option_says_what_it_is(english: dict[str, str]) -> None:
    assert [s.name for s in describe() if not s.doc or f"| `{s.name}` |" not in english["settings"]] == []
    assert [m.name for m in METRICS if not m.meaning or f"| `{m.name}` |" not in english["metrics"]] == []
    assert [name for name in COMMANDS if f"`callcenter {name}`" not in english["commands"]] == []
    assert [path for path, command in every_command() if not command.help] == []
    assert [(path, one.opts) for path, command in every_command() for one in options_of(command) if not one.help] == []


def test_every_route_says_what_it_does() -> None:
    assert [route.path for route in every_route() if not route.description] == []


def test_every_setting_and_route_has_both_languages() -> None:
    told = [s.doc for s in describe()] + [" ".join(route.description.split()) for route in every_route()]
    assert [text for text in told if locale.text(text, "zh-CN") == text] == []


@pytest.mark.parametrize("lang", locale.LANGUAGES)
def test_page_of_calls_tells_every_outcome(lang: locale.Language) -> None:
    assert explained("calls", lang) == [outcome.value for outcome in (*VisitOutcome, *OfferOutcome)]


@pytest.mark.parametrize("lang", locale.LANGUAGES)
def test_page_of_roles_tells_every_right(lang: locale.Language) -> None:
    assert explained("roles", lang) == [right.value for right in Right]


@pytest.mark.parametrize("lang", locale.LANGUAGES)
def test_page_of_metrics_tells_every_path_of_the_exporter(lang: locale.Language) -> None:
    paths = Pages(cast("Exporter", None), "127.0.0.1")._pages
    text = page_of("metrics", lang).read_text("utf-8")
    assert [path for path in paths if path not in text] == []
