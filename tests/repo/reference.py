"""The manual's tables, made from the code: settings, metrics, alerts, commands, routes, steps, roles."""

from __future__ import annotations

import importlib
import re
import typing
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import yaml
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie

from callcenter import locale
from callcenter.cli import COMMANDS, module_of
from callcenter.cli.tongue import OPTION, command_of
from callcenter.config import describe
from callcenter.exporter.table import METRICS
from callcenter.locale import Language
from callcenter.rules.records.steps import STEPS, Action
from callcenter.staff.rights import RIGHTS, Reach, Right, Role
from callcenter.staff.roles import FIELDS, Field
from callcenter.usecases.take_step import rights_for
from callcenter.web.application import API, ROUTERS
from callcenter.web.auth import Allowed
from metrics.walls.pages import DASHBOARDS

ROOT = Path(__file__).parents[2]
HEADS = {
    "setting": "设置",
    "type": "类型",
    "default": "默认值",
    "meaning": "含义",
    "metric": "指标",
    "labels": "标签",
    "alert": "告警",
    "urgency": "紧急程度",
    "what it says": "内容",
    "page": "页面",
    "panel": "图表",
    "what it shows": "含义",
    "command": "命令",
    "what it does": "作用",
    "option": "选项",
    "route": "路由",
    "right": "权限",
    "field": "字段",
    "step": "步骤",
    "from": "之前的状态",
    "to": "之后的状态",
}
"""Heads of columns in Chinese."""

VALUES = {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "PATH", datetime: "TIME"}
_PIPE = r"\|"


def _table(lang: Language, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    told = [HEADS.get(head, head) if lang == "zh-CN" else head for head in heads]
    lines = [f"| {' | '.join(cell.replace('|', _PIPE) for cell in row)} |" for row in (told, *rows)]
    return "\n".join([lines[0], "|---" * len(told) + "|", *lines[1:]])


def _code(*words: str, by: str = ", ") -> str:
    return by.join(f"`{word}`" for word in words if word)


def settings(lang: Language) -> str:
    rows = ([_code(s.name), _code(s.kind), _code(s.default), locale.text(s.doc, lang)] for s in describe())
    return _table(lang, ("setting", "type", "default", "meaning"), rows)


def metrics(lang: Language) -> str:
    rows = ([_code(m.name), m.kind, ", ".join(m.labels), m.said(lang)] for m in METRICS)
    return _table(lang, ("metric", "type", "labels", "meaning"), rows)


def alerts(lang: Language) -> str:
    rows = (
        [_code(rule["alert"]), rule["labels"]["severity"], _without_templates(_annotation(rule, "summary", lang))]
        for rule in every_alert()
    )
    return _table(lang, ("alert", "urgency", "what it says"), rows)


def runbook(lang: Language) -> str:
    return "\n\n".join(
        f"## {rule['alert']}\n\n"
        f"**{rule['labels']['severity']}** · {_without_templates(_annotation(rule, 'summary', lang))}\n\n"
        f"{_annotation(rule, 'description', lang)}"
        for rule in every_alert()
    )


def every_alert() -> Iterator[dict[str, Any]]:
    """Yield each alert as Prometheus reads it."""
    for group in yaml.safe_load((ROOT / "metrics" / "alerts.yml").read_text("utf-8"))["groups"]:
        yield from group["rules"]


def _annotation(rule: dict[str, Any], name: str, lang: Language) -> str:
    told: str = rule["annotations"][f"{name}_zh" if lang == "zh-CN" else name]
    return told


def _without_templates(text: str) -> str:
    return re.sub(r"\{\{ \$(?:labels\.)?(\w+).*?\}\}", r"`\1`", text)


def commands(lang: Language) -> str:
    rows = ([_code(f"callcenter {name}"), locale.text(told, lang)] for name, told in COMMANDS.items())
    return _table(lang, ("command", "what it does"), rows)


def options(lang: Language) -> str:
    return "\n\n".join(_of_command(path, command, lang) for path, command in every_command())


def every_command() -> Iterator[tuple[str, Any]]:
    """Yield each command and each part of it with what is typed for it."""
    for name in COMMANDS:
        yield from _with_parts(f"callcenter {name}", command_of(importlib.import_module(module_of(name)).app, "en"))


def _with_parts(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, part in getattr(command, "commands", {}).items():
        yield from _with_parts(f"{path} {name}", part)


def options_of(command: Any) -> list[Any]:
    """List what a command takes, but for the language, which all take."""
    return [one for one in command.params if OPTION not in one.opts and not getattr(one, "hidden", False)]


def _of_command(path: str, command: Any, lang: Language) -> str:
    level = "#" * (2 + (path.count(" ") > 1))
    rows = [[_typed(one), _default(one), locale.text(one.help or "", lang)] for one in options_of(command)]
    table = [_table(lang, ("option", "default", "meaning"), rows)] if rows else []
    return "\n\n".join([f"{level} `{path}`", locale.paragraphs(command.help or "", lang), *table])


def _typed(option: Any) -> str:
    if option.param_type_name == "argument":
        return _code(option.metavar or (option.name.upper() if option.required else f"[{option.name.upper()}]"))
    if option.is_flag:
        return _code(*option.opts, *option.secondary_opts)
    return _code(f"{option.opts[0]} {option.metavar or _value(option.type_descriptor.annotation)}")


def _value(kind: Any) -> str:
    """Say what stands behind an option, by its type."""
    if typing.get_origin(kind) is list:
        return _value(typing.get_args(kind)[0])
    return "/".join(str(one.value) for one in kind) if issubclass(kind, Enum) else VALUES[kind]


def _default(option: Any) -> str:
    if option.required:
        return _code("required")
    value = option.default
    if isinstance(value, Enum):
        value = value.value
    said = "" if value is None or isinstance(value, bool) or callable(value) else str(value)
    return _code(said, f"${option.envvar}" if option.envvar else "")


def routes(lang: Language) -> str:
    rows = (
        [_code(f"{method} {API}{route.path}"), _rights(route, lang), locale.text(_summary(route), lang)]
        for route in every_route()
        for method in sorted(route.methods or ())
    )
    return _table(lang, ("route", "right", "what it does"), rows)


def every_route() -> Iterator[APIRoute]:
    yield from (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute))


def _summary(route: APIRoute) -> str:
    return " ".join(route.description.split())


def _rights(route: APIRoute, lang: Language) -> str:
    asked = dict.fromkeys(_calls(route.dependant))
    rights = {_code(*call.rights, by="/"): None for call in asked if isinstance(call, Allowed)}
    if "{action}" in route.path:
        rights["该步骤的" if lang == "zh-CN" else "the step's"] = None
    if rights:
        return " + ".join(rights)
    signed_in = any(isinstance(call, APIKeyCookie) for call in asked)
    return {"en": ("anyone", "signed in"), "zh-CN": ("任何人", "已登录")}[lang][signed_in]


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def steps(lang: Language) -> str:
    return _table(lang, ("step", "right", "from", "to"), (_step(action) for action in Action))


def _step(action: Action) -> list[str]:
    moves = {before: taken[action] for before, taken in STEPS.items() if action in taken}
    rights = rights_for(action)
    return [_code(action), _code(*rights, by="/"), _code(*moves), _code(*dict.fromkeys(moves.values()))]


def rights(lang: Language) -> str:
    rows = ([_code(right), *(_reach(role, right) for role in Role)] for right in Right)
    return _table(lang, ("right", *_roles()), rows)


def _reach(role: Role, right: Right) -> str:
    reach = RIGHTS[role].get(right, Reach.NONE)
    return "" if reach is Reach.NONE else reach.name.lower()


def fields(lang: Language) -> str:
    rows = ([_code(field), *(FIELDS[role][field].value for role in Role)] for field in Field)
    return _table(lang, ("field", *_roles()), rows)


def _roles() -> list[str]:
    return [role.value for role in Role]


def dashboards(lang: Language) -> str:
    rows = (
        [page.title.spoken(lang), panel.title.spoken(lang), panel.formula.spoken(lang)]
        for page in DASHBOARDS
        for panel in page.panels
    )
    return _table(lang, ("page", "panel", "what it shows"), rows)


TABLES: dict[str, Callable[[Language], str]] = {
    made.__name__: made
    for made in (settings, metrics, alerts, runbook, dashboards, commands, options, routes, steps, rights, fields)
}
