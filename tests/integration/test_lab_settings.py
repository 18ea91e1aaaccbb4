from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from callcenter.errors import BadSetting, LabError
from callcenter.lab.render import dialplans_dir
from callcenter.lab.settings import AgentSpec, LabSettings
from callcenter.lab.stories import STORIES
from callcenter.lab.switch import Lab, LabState, load_state, with_ports

if TYPE_CHECKING:
    from pathlib import Path


def test_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError):
        LabSettings.model_validate({"sip_prot": 5060})


@pytest.mark.parametrize("name", ["a,b", "x\ny", "x;y", ""])
def test_agent_cannot_be_named_so_that_a_configuration_line_breaks(name: str) -> None:
    with pytest.raises(ValidationError):
        AgentSpec(number="1001", name=name)


def test_every_agent_of_the_list_is_in_a_page_where_that_is_asked_for() -> None:
    for asked in (False, True):
        agents = LabSettings(in_pages=asked).agents(dialplans_dir())
        assert {agent.page for agent in agents} == {asked}


def test_agents_file_is_read_and_extra_agents_come_after(tmp_path: Path) -> None:
    extra = AgentSpec(number="1900", name="Zoe")

    agents = LabSettings(extra_agents=(extra,)).agents(dialplans_dir())

    assert agents[0].name == "Alice"
    assert agents[-1] == extra


@pytest.mark.parametrize("text", ["not toml [", '[[agent]]\nnumber = "7"\nname = "A"', '[[agent]]\nnumer = "1001"'])
def test_bad_agents_file_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "agents.toml"
    path.write_text(text)

    with pytest.raises(BadSetting, match="agents file"):
        LabSettings(agents_file=path).agents(dialplans_dir())


def test_one_number_for_two_agents_is_refused() -> None:
    twin = AgentSpec(number="1001", name="Alison")

    with pytest.raises(BadSetting, match="two agents"):
        LabSettings(extra_agents=(twin,)).agents(dialplans_dir())


def test_open_ports_are_chosen_and_given_ones_kept() -> None:
    settings = with_ports(LabSettings(sip_port=40123))

    assert settings.sip_port == 40123
    assert settings.ami_port not in {0, settings.http_port}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("sip_port", socket.SOCK_DGRAM), ("ami_port", socket.SOCK_STREAM), ("http_port", socket.SOCK_STREAM)],
)
def test_port_that_is_taken_is_said_at_once(name: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(LabError, match=f"port {port} of 127.0.0.1 is taken"):
            with_ports(LabSettings.model_validate({name: port}))


def test_place_that_cannot_be_written_is_said_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LabError, match="cannot be written"):
        Lab(LabSettings(work_dir=tmp_path / "file" / "lab", root_dir=tmp_path / "no-root")).start()


def test_lab_that_never_ran_has_no_state(tmp_path: Path) -> None:
    assert load_state(tmp_path) is None


def test_pid_of_another_program_is_never_taken_for_the_lab(tmp_path: Path) -> None:
    state = LabState.model_validate(
        {
            "pid": 1,
            "instance": tmp_path,
            "version": "22.0",
            "sip_port": 1,
            "ami_port": 1,
            "http_port": 1,
            "trunk_host": "127.0.0.2",
            "trunk_port": 1,
            "manager_secrets": {},
            "phone_secrets": {},
        }
    )

    assert not state.alive()


def test_every_story_has_a_queue_and_agents_of_its_own() -> None:
    numbers = [agent.number for story in STORIES.values() for agent in story.agents]
    queues = [queue.name for story in STORIES.values() for queue in story.queues]

    assert len(set(numbers)) == len(numbers)
    assert len(set(queues)) == len(queues)


def test_outsiders_serve_the_second_queue_and_no_other() -> None:
    story = STORIES["attended_into_waiting"]

    assert [agent.queues for agent in story.agents] == [("attended_into_waiting",), ("attended_into_waiting_2",)]
    assert [queue.name for queue in story.queues] == ["attended_into_waiting", "attended_into_waiting_2"]


def test_supervisor_serves_no_queue() -> None:
    assert [agent.queues for agent in STORIES["supervisor_listens"].agents] == [("supervisor_listens",), ()]


def test_every_story_is_told() -> None:
    assert [name for name, story in STORIES.items() if len(story.told) < 20] == []
