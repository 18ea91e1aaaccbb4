"""One file and the environment become one frozen Settings; what cannot be used is named in one sentence.

The environment wins over the file: `CALLCENTER_AMI__HOST` is `host` of the file's `[ami]` table. Secrets never stand
in the file: they come from the environment or from a file of their own, named by a `*_file` setting, or a credential.
"""

from __future__ import annotations

import json
import os
import tomllib
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from callcenter.ami.settings import AmiSettings
from callcenter.cases.afterwards import SurveyPlan
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import Question
from callcenter.errors import BadInput, BadSetting
from callcenter.exporter import ExporterSettings
from callcenter.journal import JournalSettings
from callcenter.locale import english
from callcenter.logs import LogSettings
from callcenter.numbers import Numbering, numbering_of
from callcenter.publish import MqttSettings
from callcenter.rules.regulations.rulebook import rulebook_of
from callcenter.staff.roster_days import RosterSaid
from callcenter.staff.site.own import OwnSite
from callcenter.store.settings import StoreSettings
from callcenter.tracker.inputs import FOLLOWED, RulesInForce, SiteFacts
from callcenter.tracker.outbox.settings import MailSettings, WebhookSettings
from callcenter.tracker.settings import AgentsSettings, RulesSettings
from callcenter.usecases.aftercare.settings import AftercareSettings
from callcenter.usecases.complaints.settings import ComplaintsSettings
from callcenter.usecases.customers.privacy import PrivacySettings
from callcenter.usecases.customers.settings import CustomersSettings
from callcenter.usecases.enquiries.attachment_settings import AttachmentsSettings
from callcenter.web.desk.settings import DeskSettings
from callcenter.web.settings import WebSettings

PREFIX = "CALLCENTER_"
SETTINGS_FILE = "CALLCENTER_SETTINGS"
"""Environment variable with the path of the settings file."""
PLACES = (Path("callcenter.toml"), Path("/etc/callcenter/callcenter.toml"))
"""Where a settings file is looked for, in this order, when none is named."""
_NESTED = "__"
_NOT_OURS = (SETTINGS_FILE, "CALLCENTER_PHONE_")
_SECRETS = frozenset({"secret", "password"})
_KINDS: dict[Any, str] = {
    str: "string",
    Path: "path",
    SecretStr: "secret",
    bool: "boolean",
    int: "integer",
    float: "float",
    Decimal: "float",
    date: "date",
}
_IN_THE_RULEBOOK = {
    "queues": english(
        "take `queues` out: wrap_up_seconds and service_threshold_seconds of a queue stand in the rulebook "
        "(rules.rulebook), under figures, queues, the queue's name"
    ),
    "agents.blocked_after_seconds": english(
        "take agents.blocked_after_seconds out: it stands in the rulebook (rules.rulebook), under figures, as "
        "engaged_seconds"
    ),
}
"""Figures that were settings once, and where they stand now."""


class SiteSettings(BaseModel):
    """The call centre itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="main", min_length=1, max_length=64, description="This site in labels and reports.")
    timezone: str = Field(default="Asia/Shanghai", description="Time zone in which its days begin.")
    area_code: str | None = Field(default=None, description="Its own area code with the 0, like `0571`.")
    outside_digit: str | None = Field(default=None, description="The digit dialled for an outside line, like `9`.")
    internal: tuple[str, ...] = Field(default=(), description="Its own extensions, which are nobody's number.")

    @field_validator("timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(english("no such time zone")) from None
        return value

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        try:
            _ = self.numbering
        except BadInput as error:
            raise ValueError(str(error)) from None
        return self

    @property
    def numbering(self) -> Numbering:
        """What its own lines make of digits."""
        return numbering_of(self.area_code, self.outside_digit, self.internal)


AskedAbout = Literal["service", "product", "platform", "handling"]


class SurveySettings(BaseModel):
    """Which questions callers are asked after their agent has hung up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: tuple[AskedAbout, ...] = Field(
        default=("service", "product", "platform"),
        description="What callers of a line are asked about, in this order; []: nobody is asked.",
    )
    lines: dict[str, tuple[AskedAbout, ...]] = Field(
        default={"complaints": ("service", "handling")}, description="Queue → what its callers are asked about instead."
    )

    @property
    def plan(self) -> SurveyPlan:
        """The same, as the dialplan is told."""
        own = {line: _questions(asked) for line, asked in self.lines.items()}
        return SurveyPlan(_questions(self.questions), own)


def _questions(asked: Iterable[str]) -> tuple[Question, ...]:
    return tuple(Question[name.upper()] for name in asked)


class Settings(BaseSettings):
    """Everything that can be set, made of each part's own settings class."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter=_NESTED, hide_input_in_errors=True
    )

    site: SiteSettings = SiteSettings()
    ami: AmiSettings
    journal: JournalSettings = JournalSettings()
    store: StoreSettings = StoreSettings()
    exporter: ExporterSettings = ExporterSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    agents: AgentsSettings = AgentsSettings()
    rules: RulesSettings = RulesSettings()
    survey: SurveySettings = SurveySettings()
    desk: DeskSettings = DeskSettings()
    customers: CustomersSettings = CustomersSettings()
    privacy: PrivacySettings = PrivacySettings()
    complaints: ComplaintsSettings = ComplaintsSettings()
    attachments: AttachmentsSettings = AttachmentsSettings()
    aftercare: AftercareSettings = AftercareSettings()
    mqtt: MqttSettings = MqttSettings()
    webhooks: tuple[WebhookSettings, ...] = ()
    mail: MailSettings | None = None

    @field_validator("webhooks")
    @classmethod
    def _named_apart(cls, value: tuple[WebhookSettings, ...]) -> tuple[WebhookSettings, ...]:
        if len({one.name for one in value}) < len(value):
            raise ValueError(english("give each webhook a name of its own"))
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        """Refuse to be told of agents by a roster and here, too: one of the two would be wrong one day."""
        both = [name for name in ("names", "permitted") if name in self.agents.model_fields_set]
        if self.rules.roster is not None and both:
            where = {"names": english("agents, each with the interface"), "permitted": "legit_extensions"}[both[0]]
            raise ValueError(f"take agents.{both[0]} out: with a roster (rules.roster) it stands there, as {where}")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose tables are the initial values."""
        return env_settings, init_settings

    def secrets(self) -> list[str]:
        """Reveal what must never appear in a log.

        Raises:
            BadSetting: One cannot be read.
        """
        ami, dialplan, mail = self.ami, self.web.dialplan, self.mail
        revealed = [ami.events.reveal(), ami.control.reveal(), self.store.address().password, dialplan.reveal()]
        revealed += [self.mqtt.reveal(), None if mail is None else mail.reveal()]
        revealed += [one.reveal() for one in self.webhooks]
        return [secret for secret in revealed if secret]

    @property
    def own_site(self) -> OwnSite:
        """What the site says of itself, before anything was agreed on."""
        kept = {"journal.keep_days": self.journal.keep_days, "store.outbox_days": self.store.outbox_days}
        kept["customers.keep_lost_days"] = self.customers.keep_lost_days
        return OwnSite(self.desk.reasons, kept, self.desk.numbers)

    def in_force(self, approved: dict[str, Any] | None = None, roster: Sequence[RosterSaid] = ()) -> RulesInForce:
        """Read rulebook and roster anew; what two people approved of either wins over its file.

        Raises:
            UnreadableFile: One cannot be read.
            BadInput: One is wrong, row by row, or is of another time zone than the site.
        """
        zone = self.site.timezone
        rulebook = self.rules.read_rulebook(zone) if approved is None else rulebook_of(approved, zone)
        besides = SiteFacts(
            names=self.agents.names,
            permitted=self.agents.permitted,
            silence=round(self.ami.heartbeat_deadline * SECOND),
            links=msgspec.structs.replace(FOLLOWED, tries=self.customers.tries, most_lost=self.customers.most_lost),
        )
        return RulesInForce(rulebook, self.rules.read_roster(zone, roster), besides, numbering=self.site.numbering)


class Described(NamedTuple):
    """One setting as the manual's table shows it; `kind` is what TOML writes it as, or its choices."""

    name: str
    kind: str
    default: str
    doc: str


def load_settings(path: Path | None) -> Settings:
    """Read the settings file and the environment.

    Args:
        path: The file; None: the one that CALLCENTER_SETTINGS names, else the first that there is of `PLACES`.

    Raises:
        BadSetting: The first setting that is unknown, missing, out of range, or a secret in the file.
    """
    if path is None:
        named = os.environ.get(SETTINGS_FILE)
        path = Path(named) if named else next(filter(_there, PLACES), None)
    tables = {} if path is None else _read(path)
    _refuse_unknown_variables(os.environ)
    try:
        return Settings(**tables)
    except ValidationError as error:
        raise BadSetting(_sentence(error, path)) from None
    except ValueError as error:  # pydantic-settings' own, such as half a JSON value in a variable
        raise BadSetting(f"the environment: {error}") from None


def describe() -> Iterator[Described]:
    """Yield every setting, in the order of the file."""
    yield from _describe(Settings, "")


def _there(place: Path) -> bool:
    """Tell whether there is a file; where one may not search, as in another account's home, there is none."""
    try:
        return place.is_file()
    except PermissionError:
        return False


def _read(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else english("it is not UTF-8 text")
        raise BadSetting(f"the settings file {path} cannot be read: {why}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"the settings file {path} is not TOML: {error}") from error
    for name in _secrets_in(tables, ""):
        variable = PREFIX + name.replace(".", _NESTED).upper()
        raise BadSetting(f"{path}: {name} must not stand in the file; give {name}_file, or set {variable}")
    return tables


def _secrets_in(table: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _secrets_in(value, f"{prefix}{key}.")
        elif key in _SECRETS:
            yield prefix + key


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    """Refuse what pydantic-settings would pass over: a misspelt table, or one underscore where two belong."""
    for variable in sorted(environment):
        if not variable.upper().startswith(PREFIX) or variable.startswith(_NOT_OURS):
            continue
        table = variable[len(PREFIX) :].partition(_NESTED)[0].lower()
        if table in _IN_THE_RULEBOOK:
            raise BadSetting(f"{variable}: {_IN_THE_RULEBOOK[table]}")
        if table not in Settings.model_fields:
            raise BadSetting(f"{variable} is not a setting; one is written {PREFIX}AMI__HOST, for [ami] host")


def _sentence(error: ValidationError, path: Path | None) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    variable = PREFIX + name.replace(".", _NESTED).upper()
    given = any(v.upper() == variable for v in os.environ)
    source = variable if given else str(path) if path is not None else english("the settings")
    match first["type"]:
        case "extra_forbidden" if name in _IN_THE_RULEBOOK:
            return f"{source}: {_IN_THE_RULEBOOK[name]}"
        case "extra_forbidden":
            return english(f"{source}: {name} is not a setting")
        case "missing" if path is None:
            looked = ", ".join(map(str, PLACES))
            return english(
                f"{name} is missing, and there is no settings file ({looked}); write one with: callcenter init"
            )
        case "missing" if first["loc"][0] == "webhooks":  # no variable sets a part of a list
            return english(f"{source}: {name} is missing; set it in the file")
        case "missing":
            return english(f"{source}: {name} is missing; set it in the file or as {variable}")
        case "tuple_type":
            return english(f'{source}: {name}: write a list: ["one", "another"], or tables under [[{name}]]')
        case "too_short":
            return english(f"{source}: {name}: give at least one")
        case _:
            return ": ".join(part for part in (source, name, first["msg"].removeprefix("Value error, ")) if part)


def _describe(model: type[BaseModel], prefix: str) -> Iterator[Described]:
    for name, field in model.model_fields.items():
        inner, many = _inner(field)
        if inner is not None:
            yield from _describe(inner, f"{prefix}{name}.<name>." if many else f"{prefix}{name}.")
        else:
            yield Described(prefix + name, _kind(field.annotation), _default(field), field.description or "")


def _inner(field: FieldInfo) -> tuple[type[BaseModel] | None, bool]:
    """Return the settings class behind a field, and whether there may be several by name or one after another."""
    return next(_classes(field.annotation), (None, False))


def _classes(kind: Any) -> Iterator[tuple[type[BaseModel], bool]]:
    """Yield the settings classes in a type, whatever holds them."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind, False
    several = typing.get_origin(kind) not in {types.UnionType, typing.Union, None}
    for argument in typing.get_args(kind):
        yield from ((found, many or several) for found, many in _classes(argument))


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required" if field.default_factory is None else str(field.get_default(call_default_factory=True))
    match field.default:
        case None | SecretStr():
            return ""
        case bool() as flag:
            return str(flag).lower()
        case tuple() as many:
            return json.dumps(many)
        case dict() as tables if tables:
            return "{" + ", ".join(f"{name} = {json.dumps(value)}" for name, value in tables.items()) + "}"
        case other:
            return str(other)


def _kind(annotation: Any) -> str:
    """Say what a setting is written as in TOML, by its type."""
    if annotation in _KINDS:
        return _KINDS[annotation]
    arguments = [argument for argument in typing.get_args(annotation) if argument not in {types.NoneType, ...}]
    match typing.get_origin(annotation):
        case typing.Literal:
            return "/".join(map(str, arguments))
        case typing.Annotated:
            return _kind(arguments[0])
        case types.UnionType | typing.Union:
            return "/".join(map(_kind, arguments))
        case origin if origin is tuple:
            return f"[{_kind(arguments[0])}]"
        case _:
            return f"{{{' = '.join(map(_kind, arguments))}}}"
