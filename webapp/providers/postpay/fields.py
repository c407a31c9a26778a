"""The texts that shops send to Postpay, as pages can show them."""

from __future__ import annotations

import html
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from webapp.providers.http.values import parse_moment, text_if_any

__all__ = ["ShopText", "parse_moment"]

_TAG = re.compile(r"<(?:/?([a-z][a-z0-9]*+)(?=[\s/>])|!--)[^<>]*+>", re.IGNORECASE | re.ASCII)
"""Nothing is tried twice, and none reaches beyond the next `<`: the time grows as the text does."""
_INLINE = frozenset(["a", "abbr", "b", "code", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "u"])


def _without_html(value: str | None) -> str | None:
    """What a text says that some shops send as HTML. It is a plain text still, to be escaped like any other."""
    if not value or ("<" not in value and "&" not in value):
        return value
    apart = _TAG.sub(lambda tag: "" if (tag[1] or "").lower() in _INLINE else " ", value)
    try:
        return " ".join(html.unescape(apart).split())
    except ValueError:  # a number of thousands of digits
        return apart


ShopText = Annotated[str | None, BeforeValidator(text_if_any), AfterValidator(_without_html)]
