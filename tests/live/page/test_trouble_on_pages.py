"""Trouble on agents' pages: what the page says of it, what the caller hears, and what is held against whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import chain

import pytest
import pytest_asyncio

from tests.live.page.centre import SETTLES_SECONDS, Centre, centre
from tests.live.page.trouble import SCENES, Scene

pytestmark = [
    pytest.mark.live,
    pytest.mark.alone,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]

AT_ONCE = 4


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(
    a_network: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Centre]:
    """Play all scenes whose tests are asked for, some at once."""
    asked = [item.callspec.params.get("scene") for item in request.session.items if hasattr(item, "callspec")]
    scenes = [scene for scene in SCENES if scene in asked]
    posts = [*chain.from_iterable(scene.posts for scene in scenes)]
    async with centre(tmp_path_factory.mktemp("centre"), posts) as found:
        some = asyncio.Semaphore(AT_ONCE)

        async def play(scene: Scene) -> None:
            async with some:
                await scene.live(found)

        await asyncio.gather(*map(play, scenes))
        await asyncio.sleep(SETTLES_SECONDS)
        yield found


@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
async def test_trouble_is_told_and_held_against_nobody_but_who_made_it(there: Centre, scene: Scene) -> None:
    if scene.failed is not None:
        raise scene.failed
    assert scene.caller is not None
    number = scene.caller.number
    told = there.record.told(number)
    # a phone that the queue tried once more and could not reach did not ring
    assert [one for one in there.record.rings(number) if one.rang] == [*scene.rings], told
    assert [talk.ended_by for talk in there.record.talks(number)] == [*scene.ends], told
    for post in scene.posts:
        held = [one for one in there.record.proposed(post.name) if one.verdict == "proposed"]
        owed = scene.owed if post.name == scene.agent else ()
        assert sorted(one.rule for one in held) == sorted(owed), there.record.proposed(post.name)
