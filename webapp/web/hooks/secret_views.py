"""Changing a webhook's secret in place: the new one is shown first, so that the shop knows it when it is in force."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template, request
from flask_babel import gettext
from flask_login import current_user

from webapp.access.form_tokens import BadToken
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.models.hook_change import HookAction
from webapp.presentation.provider_errors import Words
from webapp.providers.postpay.models import Hook
from webapp.providers.registry import postpay
from webapp.web.guard import fresh_sign_in, fresh_sign_in_for
from webapp.webhooks.address import host_of
from webapp.webhooks.endpoints.change import as_it_is
from webapp.webhooks.endpoints.errors import NotChanged, NothingPrepared, StaleHookForm
from webapp.webhooks.endpoints.prepared import prepare_secret, prepared_for
from webapp.webhooks.endpoints.write import Wish

from . import blueprint
from .one import in_the_way
from .submit import not_changed, perform, stale_words, to_change, token_for


@blueprint.get("/<account:account>/hooks/<provider_id:hook_id>/secret")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def ask_secret(account: Account, hook_id: str) -> Response:
    """What changing the secret in place means, step by step, and what is better where nothing has leaked."""
    return _question(account, _hook(account, hook_id))


@blueprint.post("/<account:account>/hooks/<provider_id:hook_id>/secret/next")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in_for("hooks.ask_secret")
def show_next_secret(account: Account, hook_id: str) -> Response:
    """Makes the next secret and shows it, this once. Postpay hears nothing of it yet."""
    hook = _hook(account, hook_id)
    if answer := in_the_way(account, hook_id):
        return answer
    secret = prepare_secret(account, hook_id, current_user.id, current_app.extensions["settings"])
    page = render_template(
        "hooks/next_secret.html",
        account=account,
        hook=hook,
        host=host_of(hook.url),
        prepared=prepared_for(account, hook_id),
        secret=secret.get_secret_value(),
    )
    return make_response(page)


@blueprint.post("/<account:account>/hooks/<provider_id:hook_id>/secret")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def change_secret(account: Account, hook_id: str) -> Response:
    """Puts the secret that was shown in force, at once."""
    hook = _hook(account, hook_id)
    wish = Wish(
        HookAction.SECRET,
        hook.id,
        hook.url,
        tuple(sorted(hook.events)),
        hook.active,
        before=as_it_is(hook),
        prepared=request.form.get("prepared", ""),
    )
    try:
        return to_change(perform(account, wish))
    except NothingPrepared:
        return _question(account, hook, status=409, problem=_nothing_prepared())
    except (StaleHookForm, BadToken) as error:
        return _question(account, hook, status=412, problem=stale_words(error))
    except NotChanged as error:
        return not_changed(account, error)


def _nothing_prepared() -> Words:
    return Words(
        409,
        gettext("There is no such secret to put in force"),
        gettext("It is older than a day, or another one was shown since. Nothing was sent."),
        gettext("Show a new one, and put that into the shop first."),
    )


def _hook(account: Account, hook_id: str) -> Hook:
    return postpay(account).get_hook(hook_id=hook_id)


def _question(account: Account, hook: Hook, *, status: int = 200, problem: Words | None = None) -> Response:
    """The question about a webhook that nothing else is open about; else the sentence that says why not."""
    if answer := in_the_way(account, hook.id):
        return answer
    page = render_template(
        "hooks/secret.html",
        account=account,
        hook=hook,
        host=host_of(hook.url),
        token=token_for(account, HookAction.SECRET, hook),
        prepared=prepared_for(account, hook.id),
        problem=problem,
    )
    return make_response(page, status)
