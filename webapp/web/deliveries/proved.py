"""Acts on the page of receiving that have no page of their own to come back to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request, url_for
from flask_login import current_user

from webapp.access.reauthentication import is_fresh
from webapp.web.htmx import redirect_after_post

View = TypeVar("View", bound=Callable[..., Any])


def proved_first(view: View) -> View:
    """Asks who it is when the last proof is old, and leads back to the page of receiving (R22)."""

    @wraps(view)
    def ask_first(*args: Any, **kwargs: Any) -> Any:
        if is_fresh(current_user):
            return view(*args, **kwargs)
        here = url_for("deliveries.show_receiving", account=(request.view_args or {})["account"])
        return redirect_after_post(url_for("auth.ask_confirm", next=here))

    return cast(View, ask_first)
