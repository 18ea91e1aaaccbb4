"""Settings: the file, the environment over it, and one sentence for whatever cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter import config
from callcenter.config import describe, load_settings
from callcenter.domain.frame import SECOND
from callcenter.errors import BadSetting

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
    assert settings.threshold_of("consumers") == 20


def test_the_floor_gets_its_times_in_microseconds(path: Path) -> None:
    path.write_text(f"{LOGINS}\n[queues.consumers]\nwrap_up_seconds = 12.5\n[agents]\npermitted = ['_10XX']\n")
    floor = load_settings(path).floor()
    assert floor.wrap_up == {"consumers": 12_500_000}
    assert floor.permitted == ("_10XX",)
    assert floor.blocked_after == 60 * SECOND
    assert floor.silence == 8 * SECOND


def test_a_queue_has_its_own_service_threshold(path: Path) -> None:
    path.write_text(f"{LOGINS}\n[queues.key_accounts]\nservice_threshold_seconds = 10\n")
    settings = load_settings(path)
    assert (settings.threshold_of("key_accounts"), settings.threshold_of("consumers")) == (10, 20)


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


@pytest.mark.parametrize("text", ["[ami]\nprot = 5038\n", "[sight]\nname = 'x'\n", "[queues.a]\nwrapup = 1\n"])
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
    ],
)
def test_a_value_out_of_range_is_named(path: Path, text: str, named: str) -> None:
    assert named in refusal(path, text + LOGINS)


def test_a_wrong_value_in_the_environment_is_named_by_its_variable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_AMI__PORT", "many")
    assert refusal(path, LOGINS).startswith("CALLCENTER_AMI__PORT: ami.port: ")


@pytest.mark.parametrize("variable", ["CALLCENTER_AMI_PORT", "CALLCENTER_SIGHT__NAME", "CALLCENTER_"])
def test_a_misspelt_variable_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "5038")
    assert f"{variable} is not a setting" in refusal(path, LOGINS)


def test_half_a_json_value_in_the_environment_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_QUEUES", "{")
    assert "queues" in refusal(path, LOGINS)


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
    assert names["queues.<name>.service_threshold_seconds"] == "20"
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
