"""The bench: a signature is tried out. What is put on it is neither kept nor logged; secrets are not shown again."""

from __future__ import annotations

import time

from flask import Response, make_response, render_template

from ...accounts import Account
from ...permissions import Permission, requires
from ...signature_bench import Finding, examine
from . import blueprint
from .bench_form import BenchForm
from .bench_words import told


@blueprint.get("/<account:account>/deliveries/bench")
@requires(Permission.HOOKS_READ)
def show_bench(account: Account) -> Response:
    """The empty bench."""
    return _bench(account, BenchForm(None))


@blueprint.post("/<account:account>/deliveries/bench")
@requires(Permission.HOOKS_READ)
def try_signature(account: Account) -> Response:
    """Tries it and says what came of it, on the same page: nothing is changed by it."""
    form = BenchForm(None)
    if not form.validate():
        return _bench(account, form, status=422)
    return _bench(account, form, examine(form.headers.data or "", form.raw_body, form.secrets, now=time.time()))


def _bench(account: Account, form: BenchForm, finding: Finding | None = None, status: int = 200) -> Response:
    form.secret.data = ""
    values = {"account": account, "form": form, "told": told(finding) if finding else None}
    return make_response(render_template("deliveries/bench.html", **values), status)
