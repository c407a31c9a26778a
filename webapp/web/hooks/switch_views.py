"""Pausing, switching on and deleting a webhook: each a question, then the act."""

from __future__ import annotations

from flask import Response, make_response, render_template

from webapp.access.form_tokens import BadToken
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.models.hook_change import HookAction
from webapp.presentation.provider_errors import Words
from webapp.providers.postpay.models import Hook
from webapp.providers.registry import postpay
from webapp.web.guard import fresh_sign_in
from webapp.webhooks.address import host_of
from webapp.webhooks.endpoints.change import as_it_is
from webapp.webhooks.endpoints.errors import NotChanged, StaleHookForm
from webapp.webhooks.endpoints.write import Wish

from . import blueprint
from .forms import DeleteForm
from .one import in_the_way
from .submit import not_changed, perform, stale_words, to_change, token_for


@blueprint.get("/<account:account>/hooks/<provider_id:hook_id>/pause")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def ask_pause(account: Account, hook_id: str) -> Response:
    """What pausing means."""
    return _question(account, _hook(account, hook_id), HookAction.PAUSE)


@blueprint.post("/<account:account>/hooks/<provider_id:hook_id>/pause")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def pause_hook(account: Account, hook_id: str) -> Response:
    """Postpay stops telling the shop by this webhook."""
    return _do(account, _hook(account, hook_id), HookAction.PAUSE)


@blueprint.get("/<account:account>/hooks/<provider_id:hook_id>/activate")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def ask_activate(account: Account, hook_id: str) -> Response:
    """What switching it on means."""
    return _question(account, _hook(account, hook_id), HookAction.ACTIVATE)


@blueprint.post("/<account:account>/hooks/<provider_id:hook_id>/activate")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def activate_hook(account: Account, hook_id: str) -> Response:
    """Postpay tells the shop again."""
    return _do(account, _hook(account, hook_id), HookAction.ACTIVATE)


@blueprint.get("/<account:account>/hooks/<provider_id:hook_id>/delete")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def ask_delete(account: Account, hook_id: str) -> Response:
    """What deleting means; the host is typed to confirm."""
    return _question(account, _hook(account, hook_id), HookAction.DELETE, form=DeleteForm(formdata=None))


@blueprint.post("/<account:account>/hooks/<provider_id:hook_id>/delete")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def delete_hook(account: Account, hook_id: str) -> Response:
    """Deletes it, when its host was typed."""
    hook, form = _hook(account, hook_id), DeleteForm()
    if not form.check_host(host_of(hook.url)):
        return _question(account, hook, HookAction.DELETE, form=form, status=422)
    return _do(account, hook, HookAction.DELETE, form)


def _hook(account: Account, hook_id: str) -> Hook:
    return postpay(account).get_hook(hook_id=hook_id)


def _do(account: Account, hook: Hook, action: HookAction, form: DeleteForm | None = None) -> Response:
    """Has it done; the answer is a page that can be reloaded."""
    active = {HookAction.ACTIVATE: True, HookAction.PAUSE: False}.get(action, hook.active)
    wish = Wish(action, hook.id, hook.url, tuple(sorted(hook.events)), active, before=as_it_is(hook))
    try:
        return to_change(perform(account, wish))
    except (StaleHookForm, BadToken) as error:
        return _question(account, hook, action, form=form, status=412, problem=stale_words(error))
    except NotChanged as error:
        return not_changed(account, error)


def _question(
    account: Account,
    hook: Hook,
    action: HookAction,
    *,
    form: DeleteForm | None = None,
    status: int = 200,
    problem: Words | None = None,
) -> Response:
    """The question about a webhook that nothing else is open about; else the sentence that says why not."""
    if answer := in_the_way(account, hook.id):
        return answer
    page = render_template(
        f"hooks/{_TEMPLATES[action]}.html",
        account=account,
        hook=hook,
        host=host_of(hook.url),
        form=form,
        token=token_for(account, action, hook),
        problem=problem,
    )
    return make_response(page, status)


_TEMPLATES = {
    HookAction.PAUSE: "pause",
    HookAction.ACTIVATE: "activate",
    HookAction.DELETE: "delete",
}
