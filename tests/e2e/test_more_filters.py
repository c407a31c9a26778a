"""Filters that are rarely needed open below the word that was pressed, which stays under the pointer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.provider import Provider

from .eyes import DESKTOP, PHONE, Eyes
from .test_lists import LISTS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_more_stays_where_it_is(eyes: Callable[..., Eyes], provider: Provider, viewport: dict[str, int]) -> None:
    farah = eyes(viewport=viewport)
    farah.sign_in("finance")
    for address, *_ in LISTS.values():
        page = farah.open(address)
        more, fields = page.locator("#filters summary"), page.locator("#filters .more")
        if not more.count():
            continue
        before, apply = more.bounding_box(), page.locator("#apply").bounding_box()
        more.click()
        opened = fields.bounding_box()
        assert more.bounding_box() == before, address
        assert before is not None
        assert apply is not None
        assert opened is not None
        assert opened["y"] >= before["y"] + before["height"], address
        assert before["y"] + before["height"] > apply["y"], f"{address}: it comes after the fields and Apply"
        farah.check()
