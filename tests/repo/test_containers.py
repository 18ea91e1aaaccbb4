"""What docker/ says: each container is closed, watched and bounded, has no secret in plain, and names what there is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.config import load_settings
from tests.support.commands import run_command

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
COMPOSE = DOCKER / "compose.yml"
PLACE = dict(
    line.split("=", 1)
    for line in (DOCKER / ".env").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
MOST_RTP_PORTS = 100
SECRET = re.compile(r"secret|password|token|api_?key", re.IGNORECASE)
_NAMED = re.compile(r"(?<!\$)\$\{(\w+)\}")


def filled(value: Any) -> Any:
    """Return what Compose makes of a value with .env."""
    match value:
        case str():
            return _NAMED.sub(lambda found: PLACE[found[1]], value).replace("$$", "$")
        case dict():
            return {name: filled(one) for name, one in value.items()}
        case list():
            return [filled(one) for one in value]
    return value


HOUSE: dict[str, Any] = filled(yaml.safe_load(COMPOSE.read_text("utf-8")))
SERVICES: dict[str, dict[str, Any]] = HOUSE["services"]
ENDING = {
    name
    for service in SERVICES.values()
    for name, how in service.get("depends_on", {}).items()
    if how["condition"] == "service_completed_successfully"
}
LASTING = sorted(set(SERVICES) - ENDING)
DOCKERFILES = sorted(DOCKER.glob("*.Dockerfile"))


def mounts(name: str) -> Iterator[tuple[str, str, bool]]:
    """Yield where each mount of a service is from, where it is, and whether it is for reading alone."""
    for mount in SERVICES[name].get("volumes", []):
        source, target, *how = mount.split(":")
        yield source, target, how == ["ro"]


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_has_a_health_check(name: str) -> None:
    kind, *words = SERVICES[name]["healthcheck"]["test"]
    # Podman takes a word of CMD apart where it has a blank
    assert (kind, len(words)) == ("CMD-SHELL", 1) or (kind == "CMD" and " " not in "".join(words))
    assert SERVICES[name]["restart"] in {"always", "unless-stopped"}


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_is_closed_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert {"mem_limit", "cpus", "pids_limit"} <= set(service)
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_images_are_pinned_by_a_tag_and_none_names_a_registry() -> None:
    asked = [service["image"] for service in SERVICES.values() if "build" not in service]
    for file in DOCKERFILES:
        stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", file.read_text("utf-8"), re.MULTILINE)
        asked += [image for image, _ in stages if image not in {name for _, name in stages}]
    assert len(asked) > len(DOCKERFILES)
    assert [image for image in asked if not re.fullmatch(r"[a-z-]+(/[a-z-]+)?:[\w.-]+", image)] == []
    assert [image for image in asked if image.endswith(":latest")] == []


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.name)
def test_an_image_of_ours_runs_as_nobody_special(file: Path) -> None:
    last = file.read_text("utf-8").rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)", last, re.MULTILINE) not in ([], ["root"], ["0"])


def test_what_is_built_is_there() -> None:
    built = {service["build"]["dockerfile"] for service in SERVICES.values() if "build" in service}
    assert {str(file.relative_to(ROOT)) for file in DOCKERFILES} == built


def test_no_secret_stands_in_plain() -> None:
    given = [pair for service in SERVICES.values() for pair in service.get("environment", {}).items()]
    named = {name: value for name, value in given if SECRET.search(name) and value not in {"true", "false"}}
    assert len(named) > 1
    assert {name: value for name, value in named.items() if not value.startswith("/secrets/")} == {}
    assert [name for name in PLACE if SECRET.search(name)] == []


@pytest.mark.parametrize("name", SERVICES)
def test_each_mount_is_a_volume_that_is_declared_or_a_file_that_is_there(name: str) -> None:
    for source, target, reads in mounts(name):
        if source.startswith("."):
            assert (DOCKER / source).exists()
            assert reads
        else:
            assert source in HOUSE["volumes"]
        assert target.startswith("/")


def test_each_volume_is_mounted() -> None:
    assert set(HOUSE["volumes"]) <= {source for name in SERVICES for source, _, _ in mounts(name)}


def test_secrets_are_mounted_for_writing_only_where_they_are_made() -> None:
    written = {
        name for name in SERVICES for source, _, reads in mounts(name) if source.startswith("secrets-") if not reads
    }
    assert written == {"secrets", "render", "render-host", "service", "service-host"}


def test_the_service_writes_no_secrets_but_those_of_phones_in_pages() -> None:
    """`callcenter phones rotate` does."""
    for name in ("service", "service-host"):
        assert [source for source, _, reads in mounts(name) if source.startswith("secrets-") and not reads] == [
            "secrets-pages"
        ]


def test_every_value_of_the_place_is_asked_for_and_none_is_missing() -> None:
    assert set(_NAMED.findall(COMPOSE.read_text("utf-8"))) == set(PLACE)


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_for_this_machine_alone(name: str) -> None:
    assert [port for port in SERVICES[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", ["service", "service-host"])
def test_every_setting_exists_and_may_have_its_value(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in [one for one in os.environ if one.startswith("CALLCENTER_")]:
        monkeypatch.delenv(variable)
    for variable, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(variable, value)
    (office,) = (DOCKER / source for source, target, _ in mounts(name) if target == "/etc/callcenter")
    settings = load_settings(office / "callcenter.toml")
    targets = [target for _, target, _ in mounts(name)]
    kept = [settings.journal.path, settings.web.audit_heads, settings.attachments.folder, settings.store.password_file]
    kept += [settings.ami.queue_log, settings.ami.events.secret_file, settings.ami.control.secret_file]
    assert [path for path in kept if not any(str(path).startswith(f"{target}/") for target in targets)] == []


@pytest.mark.parametrize(("render", "asterisk"), [("render", "asterisk"), ("render-host", "asterisk-host")])
def test_asterisk_is_given_the_ports_that_are_published(render: str, asterisk: str, tmp_path: Path) -> None:
    etc, kept = tmp_path / "etc", tmp_path / "secrets"
    at = {"/etc/asterisk": str(etc), "/secrets/switch": str(kept), "--agents=/etc/callcenter/agents.toml": ""}
    written = {"--pages=/secrets/pages/pjsip_pages.conf": f"--pages={tmp_path}/pages.conf"} | at
    words = [written.get(word, word) for word in SERVICES[render]["command"]]
    done = run_command(*(word for word in words if word))
    assert done.returncode == 0, done.stderr

    rtp = (etc / "rtp.conf").read_text("utf-8")
    first, last = (int(re.findall(rf"^{name} = (\d+)$", rtp, re.MULTILINE)[0]) for name in ("rtpstart", "rtpend"))
    assert 0 < last - first < MOST_RTP_PORTS
    published = [port.removeprefix("127.0.0.1:") for port in SERVICES[asterisk].get("ports", [])]
    on_the_host = SERVICES[asterisk].get("network_mode") == "host"
    assert published == (
        [] if on_the_host else ["5060:5060/udp", "8088-8089:8088-8089", f"{first}-{last}:{first}-{last}/udp"]
    )
    assert ":5060" in (etc / "pjsip.conf").read_text("utf-8")
    places = [target for _, target, _ in mounts(asterisk)]
    for folder in re.findall(
        r"^ast(?:etc|varlib|log)dir => (\S+)$", (etc / "asterisk.conf").read_text("utf-8"), re.MULTILINE
    ):
        assert folder in places


@pytest.mark.parametrize("name", ["prometheus.yml", "prometheus-wall.yml"])
def test_prometheus_does_in_a_container_what_it_does_outside(name: str) -> None:
    """But for where things are: by the containers' names, and what metrics/ has is mounted in a folder of that name."""
    inside, outside = (
        yaml.safe_load((folder / name).read_text("utf-8")) for folder in (DOCKER / "prometheus", ROOT / "metrics")
    )
    places = list(_places(inside))
    assert [place for place in places if place.partition(":")[0] not in SERVICES] == []
    assert [file for file in inside.get("rule_files", []) if not (ROOT / file).is_file()] == []
    text = yaml.safe_dump(inside).replace("metrics/", "")
    for place in places:
        text = text.replace(place, f"127.0.0.1:{place.partition(':')[2]}")
    assert yaml.safe_load(text) == outside


def test_prometheus_is_given_the_rules_that_it_reads_and_nothing_else() -> None:
    for name in ("prometheus", "prometheus-wall"):
        found = {target: source for source, target, _ in mounts(name) if source.startswith(".")}
        config = yaml.safe_load((DOCKER / found.pop("/etc/prometheus/prometheus.yml")).read_text("utf-8"))
        assert found == {f"/etc/prometheus/{file}": f"../{file}" for file in config.get("rule_files", [])}


def test_alertmanager_alone_is_given_the_folder_with_its_secrets() -> None:
    folder = (DOCKER / PLACE["ALERTING"]).resolve()
    given = {name for name in SERVICES for source, _, _ in mounts(name) if (DOCKER / source).resolve() == folder}
    assert given == {"alertmanager"}


def _places(config: dict[str, Any]) -> Iterator[str]:
    """Yield what Prometheus speaks to."""
    alerted = config.get("alerting", {}).get("alertmanagers", [])
    for job in (*config["scrape_configs"], *({"static_configs": other["static_configs"]} for other in alerted)):
        for group in job["static_configs"]:
            yield from group["targets"]


def test_the_wall_asks_the_prometheus_that_keeps_nothing_of_an_agent() -> None:
    wall = SERVICES["grafana-wall"]
    assert wall["environment"]["PROMETHEUS_URL"] == "http://prometheus-wall:9090"
    assert "../metrics/dashboards/wall" in {source for source, _, _ in mounts("grafana-wall")}
    read = {source for source, target, _ in mounts("prometheus-wall") if target == "/etc/prometheus/prometheus.yml"}
    assert read == {"./prometheus/prometheus-wall.yml"}
