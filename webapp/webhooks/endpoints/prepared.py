"""Shows a webhook's next secret before it is in force, so that the shop can know it by then.

It waits, sealed, for a day at most, and goes when a change has put it in force: one that was refused can be begun anew
with the secret that the shop has by now.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core import sealing
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.prepared_secret import PreparedSecret

from .errors import NothingPrepared

KEPT = timedelta(days=1)


def new_secret() -> SecretStr:
    """256 random bits, in characters that any configuration file takes."""
    return SecretStr(secrets.token_hex(32))


def prepare_secret(account: Account, hook_id: str, person_id: int, settings: Settings) -> SecretStr:
    """Another secret for a webhook, to be shown now; one that was prepared before is forgotten."""
    secret = new_secret()
    mark = sealing.fingerprint(settings, secret)
    with writing(lock=f"hooks:{account.slug}") as session:
        forget_prepared(session, account.slug, hook_id)
        session.add(
            PreparedSecret(
                account=account.slug,
                hook_id=hook_id,
                secret_sealed=sealing.seal(settings, secret),
                secret_fingerprint=mark,
                shown_by=person_id,
            )
        )
        audit.record(
            audit.Action.HOOK_SECRET_SHOWN,
            account=account.slug,
            object_type="hook",
            object_id=hook_id,
            after={"hook_id": hook_id, "what": "prepared", "secret_fingerprint": mark},
        )
    return secret


def prepared_for(account: Account, hook_id: str) -> PreparedSecret | None:
    """The secret that was shown in advance, while it can still be put in force."""
    found = db.session.scalar(_kept(account, hook_id))
    release()
    return found


def read_prepared(
    session: Session, account: Account, hook_id: str, mark: str, settings: Settings
) -> tuple[SecretStr, PreparedSecret]:
    """The secret with this fingerprint, and who saw it when. Raises NothingPrepared."""
    found = session.scalar(_kept(account, hook_id))
    if found is None or found.secret_fingerprint != mark:
        raise NothingPrepared
    try:
        secret = sealing.unseal(settings, found.secret_sealed)
    except sealing.CannotUnseal:
        raise NothingPrepared from None
    return secret, found


def forget_prepared(session: Session, account: str, hook_id: str | None) -> None:
    """The webhook has another secret now, or is gone. Call inside of `writing()`."""
    session.execute(delete(PreparedSecret).where(PreparedSecret.account == account, PreparedSecret.hook_id == hook_id))


def forget_old_prepared(account: Account) -> None:
    """Those that nobody has put in force in time."""
    old = PreparedSecret.account == account.slug, PreparedSecret.shown < now() - KEPT
    if db.session.scalar(select(PreparedSecret.id).where(*old).limit(1)) is None:
        release()
        return
    with writing() as session:
        session.execute(delete(PreparedSecret).where(*old))


def _kept(account: Account, hook_id: str) -> Select[PreparedSecret]:
    return select(PreparedSecret).where(
        PreparedSecret.account == account.slug,
        PreparedSecret.hook_id == hook_id,
        PreparedSecret.shown >= now() - KEPT,
    )
