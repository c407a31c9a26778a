"""From a page's form to the service: the token, the call, and what is said where nothing was started."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from webapp.access.form_tokens import BadToken, new_change_token, read_change_token
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.models.hook_change import HookAction, HookChange
from webapp.presentation.provider_errors import Words
from webapp.providers.postpay.models import Hook
from webapp.providers.registry import postpay
from webapp.web.htmx import redirect_after_post
from webapp.web.typed_forms import form_to_offer
from webapp.webhooks.endpoints.change import change_hook, seen
from webapp.webhooks.endpoints.changes import version_of
from webapp.webhooks.endpoints.errors import AlreadyThere, HookBusy, HookFormReused, InRotation
from webapp.webhooks.endpoints.write import NEW, Wish


def token_for(account: Account, action: HookAction, hook: Hook | None) -> str:
    """The token of a form about to be shown."""
    version = version_of(account, hook.id if hook else None)
    release()
    return new_change_token(
        action,
        user_id=current_user.id,
        account=account.slug,
        object_id=hook.id if hook else NEW,
        version=version,
        seen=seen(hook) if hook else "",
    )


def perform(account: Account, wish: Wish) -> HookChange:
    """Has the change made. Raises NotChanged, BadToken, and GatewayError when nothing was sent."""
    token = read_change_token(
        request.form.get("submit_token", ""),
        kind=wish.action,
        user_id=current_user.id,
        account=account.slug,
        object_id=wish.hook_id or NEW,
    )
    return change_hook(
        wish,
        client=postpay(account),
        account=account,
        token=token,
        requester_id=current_user.id,
        settings=current_app.extensions["settings"],
    )


def to_change(change: HookChange) -> Response:
    """The page of what became of it, which can be reloaded."""
    return redirect_after_post(url_for("hooks.show_change", account=change.account, change_id=change.id))


def not_changed(account: Account, error: Exception) -> Response:
    """Speaks why nothing was started, where the person can act: 409 or 412."""
    status = 412
    values: dict[str, object] = {"unsent": form_to_offer()}
    match error:
        case HookBusy(change=change) | HookFormReused(change=change):
            status = 409
            values |= {"change": change, "reused": isinstance(error, HookFormReused)}
        case InRotation(rotation=rotation):
            status = 409
            values |= {"rotation": rotation}
        case AlreadyThere(hook=hook):
            status = 409
            values |= {"hook": hook}
    return make_response(render_template("hooks/not_changed.html", account=account, **values), status)


def stale_words(error: Exception) -> Words:
    """For a form that is shown again with what was typed."""
    if isinstance(error, AlreadyThere):
        return Words(
            409,
            gettext("There is a webhook at this address already"),
            gettext("A second one would tell the shop of everything twice, so nothing was sent."),
            gettext("Change that one instead, or give it a new secret."),
        )
    if isinstance(error, BadToken):
        return Words(
            412,
            gettext("The form was too old"),
            gettext("Nothing was sent. What you typed is still here."),
            gettext("Check it and press the button again."),
        )
    return Words(
        412,
        gettext("Something has changed since you opened the form"),
        gettext("Somebody has changed or created a webhook meanwhile. Nothing was sent; what you typed is still here."),
        gettext("Look at the list in another tab, then press the button again."),
    )
