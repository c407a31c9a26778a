"""The quick reading of pages finds what html5lib finds, and makes the same tree."""

from __future__ import annotations

from collections.abc import Callable

import html5lib
import pytest
from bs4 import BeautifulSoup
from bs4.builder import HTML5TreeBuilder
from html5lib.html5parser import ParseError

from tests.browser import Browser, police
from tests.provider import provider_of
from tests.strict_page import StrictBuilder
from webapp.emulators.postpay.server import Sandbox

PAGE = """<!doctype html>
<html lang="en" dir="ltr">
  <head><meta charset="utf-8"><title>Shop &amp; co</title></head>
  <body class="desk wide" data-x='{"a":1}'><h1>Orders</h1>
    <p>One <a href="/a?b=1&amp;c=2">link</a> &copy; <b hidden>bold</b><br></p>
    <table><tbody><tr><td>1</td></tr></tbody></table>
    <ul><li>one</li> <li>two</li></ul>
    <svg viewBox="0 0 1 1"><title>Icon</title><path d="M0 0"/><g><text>1</text></g></svg>
    <pre>
two
lines</pre>
    HERE
  </body>
</html>
"""
FAULTS = {
    "a p around a div": "<p><div>words</div></p>",
    "a link in a link": "<a href='/'><a href='/b'>words</a></a>",
    "a form in a form": "<form><p><form></form></p></form>",
    "a button in a button": "<button><span><button>words</button></span></button>",
    "a div in a table": "<table><tbody><tr><div></div><td></td></tr></tbody></table>",
    "not closed": "<div><span></div>",
    "closed twice": "<div></div></div>",
    "closed in the wrong order": "<b><i>words</b></i>",
    "an attribute twice": '<p id="a" id="b"></p>',
    "an empty tag": "<p/>",
    "a bare sign": "<p>one < two</p>",
    "an unknown reference": "<p>&nothing;</p>",
    "a reference without its end": "<p>&copy me</p>",
    "a control character": "<p>\x01</p>",
    "a head in the body": "<head></head>",
    "a heading in a heading": "<h2><h3>words</h3></h2>",
    "a value without a blank before it": '<p class="a"id="b"></p>',
}


class Html5lib(HTML5TreeBuilder):
    """As `StrictBuilder`, always the long way."""

    def feed(self, markup: str) -> None:  # type: ignore[override]
        html5lib.HTMLParser(tree=self.create_treebuilder, strict=True).parse(markup)


def nodes(page: BeautifulSoup) -> list[tuple[object, ...]]:
    """All of a tree, in order, each with where it hangs."""
    return [
        (type(node), node.name, str(node), getattr(node, "attrs", None), node.parent and node.parent.name)
        for node in page.descendants
    ]


def assert_same_tree(text: str) -> None:
    assert nodes(BeautifulSoup(text, builder=StrictBuilder())) == nodes(BeautifulSoup(text, builder=Html5lib()))


@pytest.mark.parametrize("body", FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found_on_a_page_of_known_nesting(body: str) -> None:
    police(PAGE)
    with pytest.raises(ParseError):
        police(PAGE.replace("HERE", body))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>words</p>\n\n",
        "<img alt=''>",
        "<textarea>\n a&lt;b</textarea>",
        "<script>var words = '&amp;';</script>",
        "<table><tr><td>no tbody</td></tr></table>",
        "<table><tbody>words<tr><td></td></tr></tbody></table>",
    ],
)
def test_the_tree_is_the_same(body: str) -> None:
    for _ in range(2):  # the second time, all of it is known
        assert_same_tree(PAGE.replace("HERE", body))


def test_the_trees_of_real_pages_are_the_same(sandbox: Sandbox, sign_in: Callable[[str], Browser]) -> None:
    provider_of(sandbox).order()
    for person, path in (
        ("agent", "/demo/orders"), ("agent", "/demo/orders/order-01"), ("agent", "/demo/orders/order-01/refund"),
        ("admin", "/demo/hooks/new"), ("auditor", "/audit"), ("finance", "/demo/settlements"),
        ("finance", "/demo/fees"), ("finance", "/demo/orders/no-such-order"),
    ):  # fmt: skip
        assert_same_tree(sign_in(person).client.get(path).text)
