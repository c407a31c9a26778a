"""Alerts to a webhook of the desk's own: `{"text": …}`, as Slack and many others take it.

Where it leads is looked up and judged anew each time, like the address of a shop (R55).
"""

from __future__ import annotations

import json

from webapp.core.settings import Settings
from webapp.providers.http import shop_post
from webapp.webhooks.address import BadAddress, HookAddress, Problem, Resolve, public_addresses, read_address
from webapp.webhooks.own_address import is_own_address


def webhook_address(settings: Settings) -> HookAddress:
    """Where it leads, by how it is written. Raises BadAddress."""
    return read_address(settings.alert_webhook.get_secret_value(), loopback=settings.all_embedded)


def post_alert(settings: Settings, text: str, resolve: Resolve) -> str | None:
    """Sends it once. Returns what went wrong in a word; None when it was taken."""
    try:
        address = webhook_address(settings)
        found = ("127.0.0.1",) if address.is_loopback else public_addresses(address.host, resolve)
        if is_own_address(address, found, settings, resolve=resolve):
            raise BadAddress(Problem.OWN)
    except BadAddress as error:
        return error.problem.value
    body = json.dumps({"text": _escaped(text)}).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "postpay-desk"}
    told = shop_post.post(address.url, tuple(sorted(found, key=lambda one: ":" in one)[:3]), body, headers)
    if told.is_done:
        return None
    return told.error or f"status {told.code}"


def _escaped(text: str) -> str:
    """Slack reads these three as its own marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
