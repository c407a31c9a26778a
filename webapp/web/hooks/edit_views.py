"""Creating a webhook, and editing where it leads and what it tells."""

from __future__ import annotations

from flask import Response, make_response, render_template

from webapp.access.form_tokens import BadToken
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.lists.filters.hooks import EVENTS
from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.presentation.provider_errors import Words, words_for_gateway
from webapp.providers.http.errors import GatewayError, NotFound
from webapp.providers.postpay.models import Hook
from webapp.providers.registry import postpay
from webapp.web.doubled_fields import takes_lists
from webapp.web.guard import fresh_sign_in
from webapp.webhooks.endpoints.change import as_it_is
from webapp.webhooks.endpoints.errors import AlreadyThere, NotChanged, StaleHookForm
from webapp.webhooks.endpoints.write import Wish

from . import blueprint
from .forms import HookForm
from .one import in_the_way
from .submit import not_changed, perform, stale_words, to_change, token_for


@blueprint.get("/<account:account>/hooks/new")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def ask_new(account: Account) -> Response:
    """The form for a new webhook, told of everything unless somebody takes that away."""
    return _form(account, HookForm(formdata=None, events=list(EVENTS)))


@blueprint.post("/<account:account>/hooks/new")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@takes_lists("events")
@fresh_sign_in
def create_hook(account: Account) -> Response:
    """Makes it, once; the answer is a page that can be reloaded."""
    form = HookForm()
    if not form.validate() or form.url.address is None:
        return _form(account, form, status=422)
    wish = Wish(HookAction.CREATE, None, form.url.address.url, form.chosen, True)
    return _try(account, wish, form)


@blueprint.get("/<account:account>/hooks/<provider_id:hook_id>/edit")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def ask_edit(account: Account, hook_id: str) -> Response:
    """The form with what the webhook is now; or why it cannot be changed."""
    hook = postpay(account).get_hook(hook_id=hook_id)
    if answer := in_the_way(account, hook_id):
        return answer
    return _form(account, HookForm(formdata=None, url=hook.url, events=list(hook.events)), hook=hook)


@blueprint.post("/<account:account>/hooks/<provider_id:hook_id>/edit")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@takes_lists("events")
@fresh_sign_in
def edit_hook(account: Account, hook_id: str) -> Response:
    """Changes address and events of a webhook; its secret and whether it is paused stay as they are."""
    form = HookForm()
    hook = postpay(account).get_hook(hook_id=hook_id)
    if not form.validate() or form.url.address is None:
        return _form(account, form, hook=hook, status=422)
    wish = Wish(HookAction.EDIT, hook_id, form.url.address.url, form.chosen, hook.active, before=as_it_is(hook))
    return _try(account, wish, form, hook)


def _try(account: Account, wish: Wish, form: HookForm, hook: Hook | None = None) -> Response:
    """Has it made; whatever stands in its way is said above the form, which keeps what was typed."""
    try:
        change = perform(account, wish)
    except (StaleHookForm, BadToken, AlreadyThere) as error:
        there = error.hook if isinstance(error, AlreadyThere) else None
        words = stale_words(error)
        return _form(account, form, hook=hook, status=words.status, problem=words, there=there)
    except NotChanged as error:
        return not_changed(account, error)
    except NotFound:
        raise
    except GatewayError as error:
        words = words_for_gateway(error)
        return _form(account, form, hook=hook, status=words.status, problem=words)
    if change.state == ChangeState.REFUSED and _land_on_fields(change, form):
        return _form(account, form, hook=hook, status=422)
    return to_change(change)


def _land_on_fields(change: HookChange, form: HookForm) -> bool:
    """Puts what the provider said of a field beside it; whether it said something of one of ours."""
    told = {name: texts for name, texts in change.field_messages.items() if name in ("url", "events") and texts}
    for name, texts in told.items():
        form[name].errors = texts
    return bool(told)


def _form(
    account: Account,
    form: HookForm,
    *,
    hook: Hook | None = None,
    status: int = 200,
    problem: Words | None = None,
    there: Hook | None = None,
) -> Response:
    """The form with a fresh token: it stands for the webhook as it is now."""
    form.submit_token.data = token_for(account, HookAction.EDIT if hook else HookAction.CREATE, hook)
    page = render_template("hooks/form.html", account=account, form=form, hook=hook, problem=problem, there=there)
    return make_response(page, status)
