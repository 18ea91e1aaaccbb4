"""Settings: the file, the environment over it, and one sentence for whatever cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callcenter import config
from callcenter.config import describe, load_settings
from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput, BadSetting
from callcenter.numbers import Numbering

LOGINS = """
[ami.events]
username = "events"
secret_file = "secret"
[ami.control]
username = "control"
secret_file = "secret"
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CALLCENTER_SETTINGS", raising=False)
    return tmp_path / "callcenter.toml"


def refusal(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(BadSetting) as caught:
        load_settings(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_two_logins_are_all_that_must_be_set(path: Path) -> None:
    path.write_text(LOGINS)
    settings = load_settings(path)
    assert (settings.ami.port, settings.site.timezone, settings.exporter.port) == (5038, "Asia/Shanghai", 9464)


def test_the_floor_runs_by_the_rulebook(path: Path) -> None:
    book = path.with_name("rulebook.yaml")
    figures = "engaged_seconds: 30, queues: {consumers: {wrap_up_seconds: 12.5}}"
    book.write_text(f'based_on: packaged\neditions: [{{version: "1", from: 2026-01-01, figures: {{{figures}}}}}]\n')
    path.write_text(f"{LOGINS}\n[rules]\nrulebook = '{book}'\n[agents]\npermitted = ['_10XX']\n")
    floor = load_settings(path).in_force().floor_at(None).settings
    assert floor.wrap_up == {"consumers": 12_500_000}
    assert floor.permitted == ("_10XX",)
    assert floor.blocked_after == 30 * SECOND
    assert floor.silence == 8 * SECOND


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (
            "[queues.consumers]\nwrap_up_seconds = 10\n",
            "wrap_up_seconds and service_threshold_seconds of a queue stand",
        ),
        ("[queues.consumers]\nservice_threshold_seconds = 10\n", "(rules.rulebook), under figures, queues"),
        ("[agents]\nblocked_after_seconds = 30\n", "(rules.rulebook), under figures, as engaged_seconds"),
    ],
)
def test_figure_that_was_a_setting_once_is_refused_with_where_it_stands(path: Path, text: str, where: str) -> None:
    sentence = refusal(path, LOGINS + text)
    assert sentence.startswith(f"{path}: take ")
    assert where in sentence


@pytest.mark.parametrize("name", ["QUEUES__SALES__WRAP_UP_SECONDS", "QUEUES", "AGENTS__BLOCKED_AFTER_SECONDS"])
def test_figure_in_the_environment_is_refused_with_where_it_stands(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"CALLCENTER_{name}", "{")
    sentence = refusal(path, LOGINS)
    assert sentence.startswith(f"CALLCENTER_{name}: take ")
    assert "in the rulebook (rules.rulebook)" in sentence


@pytest.mark.parametrize(
    ("text", "where"),
    [("names = {'PJSIP/1' = 'Alice'}", "as agents, each with the interface"), ("permitted = []", "legit_extensions")],
)
def test_agents_are_told_by_the_roster_or_by_the_settings_never_by_both(path: Path, text: str, where: str) -> None:
    sentence = refusal(path, f"{LOGINS}\n[rules]\nroster = 'roster.json'\n[agents]\n{text}\n")
    assert sentence.startswith(f"{path}: take agents.{text.split(' ', maxsplit=1)[0]} out: with a roster")
    assert where in sentence


def test_roster_says_who_sits_where_and_what_may_be_dialled(path: Path) -> None:
    roster = path.with_name("roster.json")
    seat = {"agent": "Alice", "interface": "PJSIP/1001"}
    roster.write_text(json.dumps({"agents": [seat], "shifts": [], "legit_extensions": ["_0X."]}))
    path.write_text(f"{LOGINS}\n[rules]\nroster = '{roster}'\n")
    floor = load_settings(path).in_force().floor_at(None).settings
    assert (floor.names, floor.permitted) == ({}, ("_0X.",))
    assert [tenure.agent for tenure in floor.seats["PJSIP/1001"]] == ["Alice"]


@pytest.mark.parametrize("what", ["rulebook", "roster"])
def test_rulebook_and_roster_are_of_the_sites_time_zone(path: Path, what: str) -> None:
    forms: dict[str, dict[str, Any]] = {
        "rulebook": {"based_on": "packaged", "editions": [{"version": "1", "from": "2026-01-01"}]},
        "roster": {"agents": [], "shifts": []},
    }
    file = path.with_name("file.yaml")
    path.write_text(f"[site]\ntimezone = 'Europe/Berlin'\n{LOGINS}\n[rules]\n{what} = '{file}'\n")
    file.write_text(json.dumps(forms[what]))
    in_force = load_settings(path).in_force()
    assert in_force.rulebook.timezone == "Europe/Berlin"
    file.write_text(json.dumps(forms[what] | {"timezone": "Asia/Shanghai"}))
    with pytest.raises(BadInput, match="names the time zone Asia/Shanghai, the site's is Europe/Berlin"):
        load_settings(path).in_force()


def test_site_says_how_its_numbers_are_read(path: Path) -> None:
    path.write_text(f"[site]\narea_code = '0571'\noutside_digit = '9'\ninternal = ['801', '8002', '801']\n{LOGINS}")
    assert load_settings(path).in_force().numbering == Numbering("0571", "9", ("8002", "801"))


def test_how_lost_calls_are_followed_is_in_force_with_the_rules(path: Path) -> None:
    path.write_text(f"{LOGINS}[customers]\ntries = 5\nmost_lost = 2000\n")
    links = load_settings(path).in_force().besides.links
    assert (links.tries, links.most_lost, links.repeat_days) == (5, 2000, 0)


@pytest.mark.parametrize(
    ("line", "named"),
    [("area_code = '571'", "571"), ("outside_digit = '99'", "99"), ("internal = ['80x']", "80x")],
)
def test_numbering_that_cannot_be_is_refused(path: Path, line: str, named: str) -> None:
    assert f"'{named}' is none" in refusal(path, f"[site]\n{line}\n{LOGINS}")


def test_the_environment_wins_over_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(f"[ami]\nport = 5039\nhost = 'pbx.example'\n{LOGINS}")
    monkeypatch.setenv("CALLCENTER_AMI__PORT", "5040")
    settings = load_settings(path)
    assert (settings.ami.host, settings.ami.port) == ("pbx.example", 5040)


def test_the_environment_names_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(f"[site]\nname = 'west'\n{LOGINS}")
    monkeypatch.setenv("CALLCENTER_SETTINGS", str(path))
    assert load_settings(None).site.name == "west"


def test_a_secret_may_come_from_the_environment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("[ami.events]\nusername = 'e'\n[ami.control]\nusername = 'c'\nsecret_file = 's'\n")
    monkeypatch.setenv("CALLCENTER_AMI__EVENTS__SECRET", "hush")
    assert load_settings(path).ami.events.reveal() == "hush"


def test_a_secret_in_the_file_is_refused_and_not_repeated(path: Path) -> None:
    sentence = refusal(path, "[ami.events]\nusername = 'e'\nsecret = 'hush'\n")
    assert "ami.events.secret must not stand in the file" in sentence
    assert "CALLCENTER_AMI__EVENTS__SECRET" in sentence
    assert "hush" not in sentence


def test_a_password_in_the_database_url_is_refused_and_not_repeated(path: Path) -> None:
    sentence = refusal(path, f"{LOGINS}\n[store]\nurl = 'postgresql://me:hush@db/calls'\n")
    assert "store.url: leave the password out" in sentence
    assert "hush" not in sentence


@pytest.mark.parametrize("text", ["[ami]\nprot = 5038\n", "[sight]\nname = 'x'\n", "[exporter]\nhots = 1\n"])
def test_an_unknown_key_is_named_with_its_file(path: Path, text: str) -> None:
    sentence = refusal(path, text + LOGINS)
    assert str(path) in sentence
    assert "is not a setting" in sentence


def test_a_missing_login_is_named(path: Path) -> None:
    assert "ami is missing" in refusal(path, "[site]\nname = 'x'\n")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[ami]\nport = 99999\n", "ami.port: "),
        ("[site]\ntimezone = 'Asia/Atlantis'\n", "site.timezone: no such time zone"),
        ("[site]\ntimezone = '../etc/passwd'\n", "site.timezone: no such time zone"),
        ("[store]\nurl = 'mysql://db/calls'\n", "store.url: give a sqlite or a postgresql URL"),
        ("[store]\nurl = 'sqlite://'\n", "store.url: a database in memory keeps no record"),
        ("[store]\nurl = 'calls'\n", "store.url: not a database URL"),
        ("[journal]\nbatch = 'many'\n", "journal.batch: "),
        ("[exporter]\ncertificates = 'proxy.pem'\n", 'exporter.certificates: write a list: ["one", "another"]'),
        ("[webhooks]\nname = 'crm'\n", "tables under [[webhooks]]"),
        ("[mail]\nhost = 'mail'\nsender = 'a@b.cn'\nrecipients = {}\n", "mail.recipients: give at least one"),
        ("[desk]\nice_servers = ['pbx.example']\n", "desk.ice_servers: write each like stun:pbx.example:3478"),
        (
            "[desk]\nice_servers = ['turn:pbx.example']\n",
            "TURN servers need desk.turn_username and desk.turn_secret_file",
        ),
        (
            "[desk]\nwebsocket = 'wss://pbx.example;script-src *'\n",
            "desk.websocket: write it like wss://pbx.example:8089/ws",
        ),
        ("[desk]\ndomain = 'pbx example'\n", "desk.domain: write a host's name"),
        ("[desk]\nnumbers = {sales = 'six'}\n", "desk.numbers: a queue's number is"),
        ("[desk]\nphones = 'p.conf'\nwebsocket = 'wss://[pbx'\n", "desk.websocket: write it like wss://"),
        ("[desk]\nphones = 'p.conf'\nwebsocket = 'wss://pbx:99999/ws'\n", "desk.websocket: write it like wss://"),
    ],
)
def test_a_value_out_of_range_is_named(path: Path, text: str, named: str) -> None:
    assert named in refusal(path, text + LOGINS)


def test_what_a_webhook_lacks_is_set_in_the_file_alone(path: Path) -> None:
    webhook = "[[webhooks]]\nname = 'crm'\nurl = 'https://crm.example'\nkinds = ['call']\n"
    assert refusal(path, LOGINS + webhook) == f"{path}: webhooks.0.secret_file is missing; set it in the file"


def test_a_wrong_value_in_the_environment_is_named_by_its_variable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_AMI__PORT", "many")
    assert refusal(path, LOGINS).startswith("CALLCENTER_AMI__PORT: ami.port: ")


@pytest.mark.parametrize("variable", ["CALLCENTER_AMI_PORT", "CALLCENTER_SIGHT__NAME", "CALLCENTER_"])
def test_a_misspelt_variable_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "5038")
    assert f"{variable} is not a setting" in refusal(path, LOGINS)


def test_half_a_json_value_in_the_environment_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_AGENTS", "{")
    assert "agents" in refusal(path, LOGINS)


@pytest.mark.parametrize(("content", "why"), [(b"[ami", "is not TOML"), (b"\xff\xfe", "not UTF-8")])
def test_a_file_that_is_no_settings_file_is_refused(path: Path, content: bytes, why: str) -> None:
    path.write_bytes(content)
    with pytest.raises(BadSetting, match=why):
        load_settings(path)


def test_a_file_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(BadSetting, match="No such file"):
        load_settings(path)


def test_settings_cannot_be_changed_afterwards(path: Path) -> None:
    path.write_text(LOGINS)
    settings = load_settings(path)
    with pytest.raises(ValueError, match="frozen"):
        settings.site.name = "other"  # type: ignore[misc]  # that it cannot be assigned is the test


def test_every_setting_has_a_line_that_says_what_it_is() -> None:
    described = list(describe())
    assert [d.name for d in described if not d.doc] == []
    assert len({d.name for d in described}) == len(described)
    names = {d.name: d.default for d in described}
    assert names["ami.events.username"] == "required"
    assert names["agents.permitted"] == ""
    assert names["store.password"] == ""


class TestWithoutAName:
    """No file is named: it is looked for in the present directory, then where the machine's own would be."""

    @pytest.fixture
    def etc(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.delenv("CALLCENTER_SETTINGS", raising=False)
        here, etc = tmp_path / "here", tmp_path / "etc.toml"
        here.mkdir()
        monkeypatch.chdir(here)
        monkeypatch.setattr(config, "PLACES", (config.PLACES[0], etc))
        return etc

    def test_the_one_in_the_present_directory_is_found(self, etc: Path) -> None:
        etc.write_text(f"[site]\nname = 'machine'\n{LOGINS}")
        Path("callcenter.toml").write_text(f"[site]\nname = 'here'\n{LOGINS}")
        assert load_settings(None).site.name == "here"

    def test_the_one_of_the_machine_is_found_next(self, etc: Path) -> None:
        etc.write_text(f"[site]\nname = 'machine'\n{LOGINS}")
        assert load_settings(None).site.name == "machine"

    def test_a_directory_that_may_not_be_searched_has_none(self, etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As root's home to the service's own account: `runuser -u callcenter` stays where root was."""
        etc.write_text(f"[site]\nname = 'machine'\n{LOGINS}")
        there = Path.is_file

        def shut(place: Path) -> bool:
            if not place.is_absolute():
                raise PermissionError(13, "Permission denied", str(place))
            return there(place)

        monkeypatch.setattr(Path, "is_file", shut)
        assert load_settings(None).site.name == "machine"

    def test_what_was_looked_for_is_said_where_there_is_none(self, etc: Path) -> None:
        with pytest.raises(BadSetting) as caught:
            load_settings(None)
        assert str(caught.value).startswith(f"ami is missing, and there is no settings file (callcenter.toml, {etc})")
        assert "callcenter init" in str(caught.value)

    def test_the_one_that_the_environment_names_wins(self, etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        etc.write_text(LOGINS)
        monkeypatch.setenv("CALLCENTER_SETTINGS", str(etc.parent / "missing.toml"))
        with pytest.raises(BadSetting, match=r"missing\.toml cannot be read"):
            load_settings(None)

    def test_the_machines_own_is_in_etc(self) -> None:
        assert [str(place) for place in config.PLACES] == ["callcenter.toml", "/etc/callcenter/callcenter.toml"]
