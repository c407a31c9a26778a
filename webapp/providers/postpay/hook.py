"""A webhook as Postpay tells of it, and how its last delivery went."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from webapp.providers.http.answered import Answered
from webapp.providers.http.values import Id, Moment, MomentIfAny, Rate, Text, TextIfAny, web_address

MOST_EVENTS = 100


class LastResponse(Answered):
    """How the receiver answered the last delivery; `code` is None before the first one."""

    code: Rate | None = None
    status: TextIfAny = None


class Hook(Answered):
    """Document: Webhooks. The secret is never given back."""

    id: Id
    active: bool
    events: Annotated[tuple[str, ...], Field(strict=False, max_length=MOST_EVENTS, fail_fast=True)]
    url: Text
    last_response: LastResponse | None = None
    created: Moment
    modified: MomentIfAny = None

    @property
    def was_used(self) -> bool:
        """Whether anything was ever delivered, as far as is told."""
        last = self.last_response
        return last is not None and not (last.code is None and last.status in (None, "unused"))

    @property
    def is_taken(self) -> bool:
        """Whether its receiver took the last delivery: any 2xx."""
        code = self.last_response.code if self.last_response else None
        return code is not None and 200 <= code < 300

    @property
    def is_failing(self) -> bool:
        """Whether the last delivery was not taken; a webhook that was never used is not failing."""
        return self.was_used and not self.is_taken and not self.is_unread

    @property
    def is_unread(self) -> bool:
        """Whether what is told of the last delivery could not be read: then nobody knows how it went."""
        return "last_response" in self.unreadable or bool(self.last_response and self.last_response.unreadable)

    @property
    def safe_url(self) -> str | None:
        return web_address(self.url)
