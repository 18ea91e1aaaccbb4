"""How much a browser fetches before an agent can work: scripts and styles, packed as the service sends them."""

from __future__ import annotations

import re

from callcenter.web.pages.built import BuiltPage, is_built

LIMIT = 400_000
LIMIT_OF_ALL = 700_000
_FIRST = ("index", "SignInPage", "AgentPage", "begin")
"""What an agent's page is made of: the frame, signing in, the page itself, and the phone in it."""
_IMPORT = re.compile(r"""(?:from|import)\s*["'`]\./([^"'`]+\.js)["'`]""")


def of_agent(files: dict[str, str]) -> set[str]:
    """Name the files of the agent's page: its scripts, what they import, and the styles of each."""
    asked = [name for name in files if name.endswith(".js") and name.split("-")[0] in _FIRST]
    found: set[str] = set()
    while asked:
        if (name := asked.pop()) not in found:
            found.add(name)
            asked += _IMPORT.findall(files[name])
    stems = {name.split("-")[0] for name in found}
    return found | {name for name in files if not name.endswith(".js") and name.split("-")[0] in stems}


def test_agent_s_page_is_no_more_than_a_slow_network_brings_soon() -> None:
    assert is_built(), "the page is not built: run make ui"
    built = {path.removeprefix("/assets/"): file for path, file in BuiltPage()._files.items()}
    needed = of_agent({name: file.body.decode(errors="replace") for name, file in built.items()})
    sizes = {name: len(built[name].packed) for name in needed}

    assert len({name.split("-")[0] for name in needed}.intersection(_FIRST)) == len(_FIRST)
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    assert sum(sizes.values()) <= LIMIT, f"{sum(sizes.values()):,} bytes of at most {LIMIT:,}; the largest: {largest}"


def test_all_pages_together_stay_within_their_limit() -> None:
    assert sum(len(file.packed) for file in BuiltPage()._files.values()) <= LIMIT_OF_ALL
