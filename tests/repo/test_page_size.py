"""How much a browser fetches before an agent can work: scripts and styles, packed as the service sends them."""

from __future__ import annotations

import re

from callcenter.web.pages.built import BuiltPage, is_built

LIMIT = 400_000
_OTHER_PAGE = re.compile(r"/(?!(?:Agent|SignIn)Page-)\w+Page-[^/]*\.(?:js|css)$")
"""What a route to another page loads when it is opened; whatever several pages share counts."""


def test_agent_s_page_is_no_more_than_a_slow_network_brings_soon() -> None:
    assert is_built(), "the page is not built: run make ui"
    files = {path: len(file.packed) for path, file in BuiltPage()._files.items() if not _OTHER_PAGE.search(path)}

    assert any("/AgentPage-" in path for path in files)
    largest = sorted(files.items(), key=lambda item: -item[1])[:5]
    assert sum(files.values()) <= LIMIT, f"{sum(files.values()):,} bytes of at most {LIMIT:,}; the largest: {largest}"
