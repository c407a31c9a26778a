"""Events and webhooks: one method for each endpoint."""

from __future__ import annotations

from webapp.providers.contract import writes
from webapp.providers.http.bodies import encode, path
from webapp.providers.http.reading import read_one
from webapp.providers.http.transport import Call

from .calls import Calls
from .errors import refusal
from .lists import USUAL
from .models import Event, Page, Webhook


class WebhookCalls(Calls):
    """What happened, and who is told of it."""

    def list_events(
        self, *, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Event]:
        """GET /events."""
        return self._list("list_events", "/events", Event, cursor, limit, deadline)

    def get_event(self, *, event_id: str, deadline: float | None = None) -> Event:
        """GET /events/{id}. Raises NotFound."""
        return self._get("get_event", path("events", event_id), Event, event_id, deadline)

    def list_webhooks(
        self, *, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Webhook]:
        """GET /webhooks."""
        return self._list("list_webhooks", "/webhooks", Webhook, cursor, limit, deadline)

    def get_webhook(self, *, webhook_id: str, deadline: float | None = None) -> Webhook:
        """GET /webhooks/{id}. Raises NotFound."""
        return self._get("get_webhook", path("webhooks", webhook_id), Webhook, webhook_id, deadline)

    @writes
    def create_webhook(
        self, *, name: str, description: str, url: str, active: bool = True, deadline: float | None = None
    ) -> Webhook:
        """POST /webhooks. PayPro makes the secret, and tells it. Raises Invalid with the field."""
        body = encode({"name": name, "description": description, "url": url, "active": active})
        call = Call("create_webhook", "POST", "/webhooks", body, deadline)
        return self._call(call, read_one(Webhook, refusal, url=url))

    @writes
    def edit_webhook(
        self,
        *,
        webhook_id: str,
        name: str | None = None,
        description: str | None = None,
        url: str | None = None,
        active: bool | None = None,
        deadline: float | None = None,
    ) -> Webhook:
        """PATCH /webhooks/{id}; None leaves as it is. Raises NotFound, Invalid with the field."""
        changes = {"name": name, "description": description, "url": url, "active": active}
        body = encode({field: value for field, value in changes.items() if value is not None})
        target = path("webhooks", webhook_id)
        return self._change("edit_webhook", "PATCH", target, Webhook, webhook_id, deadline, body)

    @writes
    def delete_webhook(self, *, webhook_id: str, deadline: float | None = None) -> Webhook:
        """DELETE /webhooks/{id}; the answer is what was deleted. Raises NotFound."""
        target = path("webhooks", webhook_id)
        return self._change("delete_webhook", "DELETE", target, Webhook, webhook_id, deadline)
