"""One's own exports: start, watch, cancel, fetch. Nobody else's are there."""

from __future__ import annotations

from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    make_response,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from webapp import audit
from webapp.access.permissions import Permission, of_any, requires
from webapp.access.reauthentication import is_fresh
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.jobs import ask_to_cancel
from webapp.lists.exports import (
    NoSpace,
    NotAsked,
    QuotaReached,
    TooMany,
    Viewer,
    blocks,
    is_personal,
    may_export,
    record,
    start_export,
)
from webapp.models.export import Export
from webapp.models.job import Job, JobState
from webapp.presentation.formatting import when_long
from webapp.presentation.pager import numbered_pager
from webapp.presentation.provider_errors import Words
from webapp.web.errors import speak
from webapp.web.guard import ask_who_it_is
from webapp.web.htmx import redirect_after_post, wants_fragment
from webapp.web.safe_redirect import page_before

from . import form, words

blueprint = Blueprint("exports", __name__)

PAGE_SIZE = 20
LAST_PAGE = 10_000


@blueprint.app_template_global("export_action")
def export_action(what: str) -> str | None:
    """Where a screen's export button posts to; None for those who may not take this along."""
    if g.get("account") is not None:
        return url_for("exports.start", account=g.account) if may_export(what, current_user.permissions) else None
    for slug in current_user.accounts:
        if may_export(what, current_user.roles.permissions_on(slug)):
            return url_for("exports.start", account=slug)
    return None


@blueprint.get("/<account:account>/exports")
@requires(Permission.EXPORT)
@of_any
def list_exports(account: Account) -> str:
    """One's own, newest first."""
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    mine = (Export.account == account.slug, Export.owner_id == current_user.id)
    total = db.session.scalar(select(func.count()).select_from(Export).where(*mine)) or 0
    chosen = select(Export, Job).join(Job, Job.id == Export.job_id).where(*mine).order_by(Export.id.desc())
    found = db.session.execute(chosen.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    rows = [words.shown(export, job) for export, job in found]
    release()
    pager = numbered_pager(number, PAGE_SIZE, total, lambda to: url_for(".list_exports", account=account, page=to))
    return render_template("exports/list.html", account=account, rows=rows, pager=pager)


@blueprint.post("/<account:account>/exports")
@requires(Permission.EXPORT)
@of_any
def start(account: Account) -> AnyResponse:
    """Begins an export of what a screen shows, or leads to the one that is under way already.

    What names people needs a fresh proof; the list that the person comes back to is filtered as it was.
    """
    asked = form.read(request.form)
    if asked is None:
        abort(400)
    if not may_export(asked.what, current_user.permissions):
        _refuse(asked.what)
    if is_personal(asked.what) and not is_fresh(current_user):
        flash(gettext("Nothing was exported yet. Export again after you have confirmed that it is you."), "info")
        return ask_who_it_is(page_before() or url_for(".list_exports", account=account))
    viewer = Viewer.of(current_user.id, current_user.roles, account)
    try:
        export = start_export(account, viewer, asked, request_id=g.get("request_id"))
    except NotAsked as error:
        return _not_asked(error)
    except (TooMany, QuotaReached, NoSpace) as error:
        flash(words.too_much(error), "warning")
        return redirect_after_post(url_for(".list_exports", account=account))
    return redirect_after_post(_address(export))


def _refuse(what: str) -> None:
    with writing():
        audit.record(
            audit.Action.ACCESS_DENIED,
            outcome="denied",
            after={"method": "POST", "endpoint": "exports.start", "cause": f"may not export {what}"},
        )
    abort(403)


def _not_asked(error: NotAsked) -> Response:
    return speak(
        Words(
            422,
            gettext("Nothing was exported"),
            " ".join(error.errors.values()),
            gettext("Go back, correct the filters and press Apply, then export what the list shows."),
        )
    )


@blueprint.get("/<account:account>/exports/<row_id:export_id>")
@requires(Permission.EXPORT)
@of_any
def show_export(account: Account, export_id: int) -> Response:
    """How far it has come, and the file once it is there. Asks for itself again while it is open."""
    export, job = _mine(account, export_id)
    values = {
        "account": account,
        "export": export,
        "job": job,
        "shown": words.shown(export, job),
        "warnings": words.warnings(job),
        "why": words.why(export, job) if job.state == JobState.FAILED else [],
        "proof": words.proof(export) if export.proved else None,
        "is_personal": is_personal(export.what),
        "again": words.form_values(export),
        "facts": _facts(account, export, job),
    }
    release()
    if wants_fragment():
        return make_response(render_template("exports/_progress.html", **values))
    return make_response(render_template("exports/show.html", refreshes=job.is_open, **values))


def _facts(account: Account, export: Export, job: Job) -> list[tuple[str, object]]:
    shown = words.shown(export, job)
    return [
        (gettext("Filters"), "; ".join(shown.filters) or gettext("None: everything in the list")),
        (gettext("Rows up to"), when_long(export.bound)),
        (gettext("Zone"), export.zone),
        (gettext("Format"), shown.format),
        (gettext("File"), export.file_name),
        (gettext("Requested"), when_long(export.created)),
        (gettext("Request"), job.request_id),
    ]


@blueprint.post("/<account:account>/exports/<row_id:export_id>/cancel")
@requires(Permission.EXPORT)
@of_any
def cancel(account: Account, export_id: int) -> Response:
    """Ends it; a worker that is at it stops at its next word."""
    export, job = _mine(account, export_id)
    release()
    ask_to_cancel(job.id)
    return redirect_after_post(_address(export))


@blueprint.get("/<account:account>/exports/<row_id:export_id>/file")
@requires(Permission.EXPORT)
@of_any
def download(account: Account, export_id: int) -> AnyResponse:
    """The file, in big blocks; written down before the first byte leaves."""
    export = _ready(account, export_id)
    if is_personal(export.what) and not is_fresh(current_user):
        return ask_who_it_is(_address(export))
    headers = {"ETag": f'"{export.sha256}"', "Content-Disposition": _attachment(export.file_name)}
    if request.if_none_match.contains(export.sha256 or ""):
        return Response(status=304, headers=headers)
    if request.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(export.size)}, mimetype=_MIME[export.format])
    with writing():
        record(audit.Action.EXPORT_DOWNLOADED, export, rows=export.rows, sha256=export.sha256, file=export.file_name)
    response = Response(stream_with_context(blocks(export)), headers=headers, mimetype=_MIME[export.format])
    response.headers["Content-Length"] = str(export.size)
    return response


@blueprint.get("/<account:account>/exports/<row_id:export_id>/manifest")
@requires(Permission.EXPORT)
@of_any
def download_manifest(account: Account, export_id: int) -> Response:
    """What the file holds and by which proof, to be kept beside it."""
    export = _ready(account, export_id)
    response = Response(export.manifest, mimetype="application/json")
    response.headers["Content-Disposition"] = _attachment(f"{export.file_name}.manifest.json")
    return response


_MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def _attachment(name: str) -> str:
    """The name for old and new browsers (RFC 6266, RFC 5987)."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _mine(account: Account, export_id: int) -> tuple[Export, Job]:
    """One's own export of this account. Anybody else's is not there, nor what one may not take along any more."""
    chosen = select(Export, Job).join(Job, Job.id == Export.job_id).where(Export.id == export_id)
    found = db.session.execute(
        chosen.where(Export.account == account.slug, Export.owner_id == current_user.id)
    ).one_or_none()
    if found is None or not may_export(found[0].what, current_user.permissions):
        abort(404)
    return found[0], found[1]


def _ready(account: Account, export_id: int) -> Export:
    export, job = _mine(account, export_id)
    ready = words.is_ready(export, job)
    release()
    if not ready:
        abort(404)
    return export


def _address(export: Export) -> str:
    return url_for(".show_export", account=export.account, export_id=export.id)
