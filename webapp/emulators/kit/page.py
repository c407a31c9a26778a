"""A provider's hosted pages as HTML: plain, readable by everybody, every text escaped, nothing loaded and no script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html import escape
from urllib.parse import parse_qs, quote, urlsplit

from .messages import HTML_TYPE, Answer, Refusal, Request

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: #f4f5f7; color: #1b1f24 }
main { max-width: 36rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border: 1px solid #c9ced6 }
table { width: 100%; border-collapse: collapse }
th, td { padding: .5rem; text-align: start; border-bottom: 1px solid #c9ced6; overflow-wrap: anywhere }
.amount { text-align: end; white-space: nowrap }
button { font: inherit; padding: .6rem 1.2rem; margin: .25rem; border: 1px solid; background: #fff; color: #1b1f24 }
button.chosen { background: #0b5d3b; border-color: #0b5d3b; color: #fff }
button:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


def answer(request: Request, show: Callable[[str], Answer], decide: Callable[[str, bytes], Answer]) -> Answer:
    """The hosted page of `/checkout/{token}`: for people, so its errors are pages too."""
    try:
        token = "/".join(request.parts[1:])
    except Refusal:
        token = ""
    if request.method in ("GET", "HEAD"):
        return show(token)
    if request.method == "POST":
        return decide(token, request.body)
    return message("This page can only be opened or sent.", 405)


def message(sentence: str, status: int) -> Answer:
    return page(sentence, f"<h1>{escape(sentence)}</h1><p>Go back to the shop and start again.</p>", status)


def sent_back(address: str) -> Answer:
    """303, so that going back or reloading never decides twice."""
    answer = page("Back to the shop", f'<p><a href="{escape(address)}">Back to the shop</a></p>', 303)
    return answer.with_headers({"Location": address})


def sent(body: bytes, name: str) -> str:
    """What a form sent under a name, the last of several; empty where it sent nothing that can be read."""
    try:
        return parse_qs(body.decode("ascii", "replace"), max_num_fields=10).get(name, [""])[-1]
    except ValueError:
        return ""


def origins(*addresses: str) -> str:
    """Where the form may lead: browsers also hold the redirect after a form to this list."""
    origins = {f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" for parts in map(urlsplit, addresses)}
    return " ".join(sorted(origin for origin in origins if _ORIGIN.fullmatch(origin)))


def ascii_address(address: str) -> str:
    """An address as a header can hold it, with what is not ASCII encoded."""
    return quote(address, safe=":/?#[]@!$&'()*+,;=%~")


def page(title: str, body: str, status: int, form_targets: str = "") -> Answer:
    document = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self' {form_targets}".rstrip()
        + "; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return Answer(status, document.encode(), HTML_TYPE, headers)
