"""The code that a shop is given accepts what the provider signs, in each language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import Browser
from tests.webhooks.at_provider import Hooks
from tests.webhooks.shops import SNIPPETS, Shop, open_shops
from webapp.providers.postpay.signature import sign, sign_bare
from webapp.webhooks.deliveries.ingest import LARGEST

BODY = '{"event": "order", "data": "ü"}'.encode()
NOW = 1_790_000_000
TITLES = {"PHP": "php", "Python": "python", "Node": "node"}


@pytest.fixture(scope="module")
def shops() -> Iterator[list[Shop]]:
    with open_shops() as shops:
        yield shops


def test_the_page_shows_what_is_tried_here(adam: Browser, hooks: Hooks) -> None:
    adam.open(f"/demo/hooks/{hooks.make()}/rotate")
    adam.submit("Make the second webhook")
    shown = {
        details.find("summary").get_text(strip=True): details.find("code").get_text()  # type: ignore[union-attr]
        for details in adam.page.select(".snippets details")
    }
    assert list(shown) == list(TITLES)
    for title, name in TITLES.items():
        assert shown[title].strip() == (SNIPPETS / f"{name}.txt").read_text(encoding="utf-8").strip()


def test_the_snippets_take_either_secret_in_both_forms_and_nothing_else(shops: list[Shop]) -> None:
    old, new = [sign_bare(BODY, "old"), sign(BODY, "old", at=NOW)], [sign_bare(BODY, "new"), sign(BODY, "new", at=NOW)]
    bad = [sign_bare(BODY, "other"), sign(BODY, "new", at=NOW - 400), f"{NOW}:{sign_bare(BODY, 'new')}",
           sign_bare(BODY, ""), sign(BODY, "", at=NOW), "", "x"]  # fmt: skip
    for shop in shops:
        both = [shop.takes(header, BODY, ("new", "old"), NOW) for header in [*old, *new, *bad]]
        assert both == [True] * 4 + [False] * len(bad), shop.name
        afterwards = [shop.takes(header, BODY, ("new", ""), NOW) for header in [*old, *new, *bad]]
        assert afterwards == [False] * 2 + [True] * 2 + [False] * len(bad), shop.name


def test_the_snippets_refuse_an_old_delivery_whose_time_was_moved_into_its_body(shops: list[Shop]) -> None:
    time, _, digest = sign(BODY, "new", at=NOW - 86400).partition(":")
    for shop in shops:
        assert not shop.takes(digest, f"{time}:".encode() + BODY, ("new",), NOW), shop.name


def test_a_time_of_any_length_is_refused_without_an_error(shops: list[Shop]) -> None:
    for digits in (12, 13, 20, 5000):
        for shop in shops:
            assert not shop.takes(f"{'1' * digits}:{sign_bare(BODY, 'new')}", BODY, ("new",), NOW), shop.name


def test_the_advice_for_express_leaves_room_for_the_largest_delivery() -> None:
    text = (SNIPPETS / "node.txt").read_text(encoding="utf-8")
    assert 'express.raw({ type: () => true, limit: "1mb" })' in text
    assert LARGEST == 1024 * 1024
