"""Somebody new: the form, and the link that is shown once."""

from __future__ import annotations

from flask import make_response, render_template
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access.grants import StaffChangeRefused
from webapp.access.invitations import invite
from webapp.access.permissions import Permission, requires
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.user import User
from webapp.web.guard import fresh_sign_in, fresh_sign_in_for

from . import blueprint, person_page
from .forms import InviteForm, role_of


@blueprint.get("/people/new")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in
def ask_invite() -> Response:
    """The form."""
    return _page(InviteForm(current_user.accounts, formdata=None))


@blueprint.post("/people/new")
@requires(Permission.PEOPLE_MANAGE)
@fresh_sign_in_for("people.ask_invite")
def invite_person() -> Response:
    """Adds the person and shows the link, or says what is wrong."""
    form = InviteForm(current_user.accounts)
    if not form.validate():
        return _page(form, 422)
    try:
        link = invite(
            by=current_user.id,
            email=form.email.data or "",
            name=form.name.data or "",
            role=role_of(form),
            account=form.accounts.data,
        )
    except StaffChangeRefused as error:
        form.form_errors = [str(error)]
        return _page(form, 422)
    user = db.session.get_one(User, link.user_id)
    release()
    return person_page.show_link(user, link)


def _page(form: InviteForm, status: int = 200) -> Response:
    return make_response(render_template("people/invite.html", form=form), status)
