"""The list of people, one person, and what admins do about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import abort, current_app, flash, make_response, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access import people_search, staff
from webapp.access.grants import StaffChangeRefused
from webapp.access.invitations import new_link
from webapp.access.permissions import Permission, requires
from webapp.access.person_limits import set_limits
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.user import User
from webapp.presentation.formatting import zone
from webapp.web.filtered_list import FilteredList
from webapp.web.guard import fresh_sign_in_for
from webapp.web.htmx import redirect_after_post

from . import blueprint, listing, person_page
from . import invite_views as _invite_views  # noqa: F401 - adds how somebody is invited
from . import news_views as _news_views  # noqa: F401 - adds what other admins did
from .forms import RolesForm, roles_form
from .limit_form import LimitsForm
from .listing import PeopleFilters

PAGE = "people.show_person"


@blueprint.get("/people")
@requires(Permission.PEOPLE_MANAGE)
def list_people() -> Response:
    """Everybody by name, those who left too."""
    filters = PeopleFilters(request.args, zone())
    base = url_for(".list_people")
    page = FilteredList(
        "people", filters, base, partial(listing.choices, filters), {"active": listing.chips(filters, base)}
    )
    if answer := page.unasked():
        return answer
    role, state = filters.role, filters.state
    total = people_search.count(db.session, role=role, state=state)
    found = people_search.find(db.session, role=role, state=state, page=filters.page, size=filters.page_size)
    release()
    if not found and total:
        return page.past_end()
    return page.rows(listing.listing(found, total, filters, base, current_user.accounts))


@blueprint.get("/people/<row_id:person_id>")
@requires(Permission.PEOPLE_MANAGE)
def show_person(person_id: int) -> Response:
    """Who somebody is, what they may, and what can be done about it."""
    return _page(person_id)


@blueprint.post("/people/<row_id:person_id>/roles")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in_for(PAGE)
def change_roles(person_id: int) -> Response:
    """Other roles, unless somebody changed them meanwhile."""
    user = _user(person_id)
    form = roles_form(person_page.roles(user), current_user.accounts)
    if not form.validate():
        return _page(person_id, form, status=422)
    try:
        staff.set_roles(user.email, form.seen_roles, form.wanted, by=current_user.id)
    except StaffChangeRefused as error:
        form.form_errors = [str(error)]
        return _page(person_id, form, status=422)
    flash(gettext("The roles of %(name)s are changed. They have to sign in again.", name=user.name), "success")
    return redirect_after_post(url_for(PAGE, person_id=person_id))


@blueprint.post("/people/<row_id:person_id>/limits")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in_for(PAGE)
def change_limits(person_id: int) -> Response:
    """Lower refund limits than the role has, in one currency."""
    user, form = _user(person_id), LimitsForm(current_user.accounts)
    if not form.validate():
        return _page(person_id, limits=form, status=422)
    try:
        which = (user.email, form.limit_account.data, form.currency)
        by_role = current_app.extensions["settings"].refund_limits
        set_limits(*which, form.wanted, by=current_user.id, by_role=by_role)
    except StaffChangeRefused as error:
        form.form_errors = [str(error)]
        return _page(person_id, limits=form, status=422)
    flash(gettext("The refund limits of %(name)s are changed.", name=user.name), "success")
    return redirect_after_post(url_for(PAGE, person_id=person_id))


@blueprint.post("/people/<row_id:person_id>/disable")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in_for(PAGE)
def disable_person(person_id: int) -> Response:
    """No sign-in any more, and every session ended."""
    words = gettext("%(name)s cannot sign in any more, and is signed out everywhere.", name=_user(person_id).name)
    return _act(person_id, staff.disable, lambda _: words)


@blueprint.post("/people/<row_id:person_id>/enable")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in_for(PAGE)
def enable_person(person_id: int) -> Response:
    """Sign-in with the password they had."""
    words = gettext("%(name)s can sign in again.", name=_user(person_id).name)
    return _act(person_id, staff.enable, lambda _: words)


@blueprint.post("/people/<row_id:person_id>/unlock")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in_for(PAGE)
def unlock_person(person_id: int) -> Response:
    """Forgets the failed sign-ins."""
    words = gettext("%(name)s can try to sign in again.", name=_user(person_id).name)
    return _act(person_id, staff.unlock, lambda _: words)


@blueprint.post("/people/<row_id:person_id>/end-sessions")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in_for(PAGE)
def end_sessions(person_id: int) -> Response:
    """Signs somebody out everywhere."""
    return _act(
        person_id,
        staff.end_sessions,
        lambda count: (
            ngettext("%(num)s session is ended.", "%(num)s sessions are ended.", count)
            if count
            else gettext("There was no session to end.")
        ),
    )


@blueprint.post("/people/<row_id:person_id>/reset-second-factor")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in_for(PAGE)
def reset_second_factor(person_id: int) -> Response:
    """Only the password is left to somebody who has lost the phone; where one is required they set up another."""
    words = gettext("The second factor of %(name)s is reset, and they are signed out.", name=_user(person_id).name)
    return _act(person_id, staff.reset_second_factor, lambda _: words)


@blueprint.post("/people/<row_id:person_id>/link")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in_for(PAGE)
def make_link(person_id: int) -> Response:
    """Another link to choose a password; it is on this page only."""
    user = _user(person_id)
    try:
        link = new_link(user.email, by=current_user.id)
    except StaffChangeRefused as error:
        flash(str(error), "warning")
        return redirect_after_post(url_for(PAGE, person_id=person_id))
    return person_page.show_link(user, link)


def _act(person_id: int, act: Callable[..., int | None], done: Callable[[int], str]) -> Response:
    """Does it, or says why it cannot be; either way back to the page of the person."""
    user = _user(person_id)
    try:
        flash(done(act(user.email, by=current_user.id) or 0), "success")
    except StaffChangeRefused as error:
        flash(str(error), "warning")
    return redirect_after_post(url_for(PAGE, person_id=person_id))


def _user(person_id: int) -> User:
    user = db.session.get(User, person_id)
    release()
    if user is None:
        abort(404)
    return user


def _page(
    person_id: int, form: RolesForm | None = None, *, limits: LimitsForm | None = None, status: int = 200
) -> Response:
    values = person_page.values(_user(person_id), form, limits)
    release()
    return make_response(render_template("people/show.html", **values), status)
