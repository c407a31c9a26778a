"""Changes how an account's deliveries are received: the desk's own address and its secrets.

Each in one transaction with its audit entry, which holds fingerprints, never a secret, a token, an address.
"""

from __future__ import annotations

import secrets

from pydantic import SecretStr
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp import audit
from webapp.core import sealing
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.delivery import Receiver
from webapp.webhooks.deliveries.ingest import token_digest

EVENTS = ("order", "transaction")


class NotThere(Exception):
    """There is no receiver, or it is not the one that the form showed."""


class TwoSecrets(Exception):
    """Two secrets are good already."""


class AlreadyReceiving(Exception):
    """The account has a receiver already."""


def receiver_of(account: Account) -> Receiver | None:
    """The account's receiver, if it has one that is not stopped."""
    return db.session.scalar(_open_receiver(account))


def start_receiving(account: Account, person_id: int, settings: Settings) -> Receiver:
    """A new address with a token and a secret of 256 bits each, both made here. Raises AlreadyReceiving."""
    token, secret = secrets.token_urlsafe(32), _new_secret()
    receiver = Receiver(
        account=account.slug,
        token_hash=token_digest(token),
        token_sealed=sealing.seal(settings, SecretStr(token)),
        secret_sealed=sealing.seal(settings, secret),
        secret_fingerprint=sealing.fingerprint(settings, secret),
        created_by=person_id,
    )
    try:
        with writing() as session:
            session.add(receiver)
            session.flush()
            _record(account, receiver, "started")
    except IntegrityError:
        raise AlreadyReceiving from None
    return receiver


def replace_secret(account: Account, receiver_id: int, settings: Settings, given: SecretStr | None = None) -> SecretStr:
    """Another secret, made here or `given`; the one before stays good until it is forgotten.

    Raises NotThere; TwoSecrets while the last replacement is not over.
    """
    secret = given or _new_secret()
    with writing() as session:
        receiver = _locked(session, account, receiver_id)
        if receiver.other_sealed is not None:
            raise TwoSecrets
        receiver.other_sealed, receiver.other_since = receiver.secret_sealed, now()
        receiver.other_fingerprint = receiver.secret_fingerprint
        receiver.secret_sealed = sealing.seal(settings, secret)
        receiver.secret_fingerprint = sealing.fingerprint(settings, secret)
        _record(account, receiver, "secret_replaced")
    return secret


def forget_old_secret(account: Account, receiver_id: int) -> None:
    """From now on only the newest secret is accepted. Raises NotThere."""
    with writing() as session:
        receiver = _locked(session, account, receiver_id)
        receiver.other_sealed = receiver.other_since = receiver.other_fingerprint = None
        _record(account, receiver, "old_secret_forgotten")


def stop_receiving(account: Account, receiver_id: int) -> None:
    """Nobody is listened to there any more, and token and secrets are gone. Raises NotThere."""
    with writing() as session:
        receiver = _locked(session, account, receiver_id)
        receiver.stopped = now()
        receiver.token_sealed = receiver.secret_sealed = receiver.other_sealed = None
        receiver.other_since = receiver.other_fingerprint = None
        _record(account, receiver, "stopped")


def take_back_secret(account: Account, receiver_id: int) -> None:
    """The new secret did not come into force: the one before is the only one again. Raises NotThere."""
    with writing() as session:
        receiver = _locked(session, account, receiver_id)
        if receiver.other_sealed is None:
            raise NotThere
        receiver.secret_sealed, receiver.secret_fingerprint = receiver.other_sealed, receiver.other_fingerprint or ""
        receiver.other_sealed = receiver.other_since = receiver.other_fingerprint = None
        _record(account, receiver, "new_secret_taken_back")


def note_registration(account: Account, receiver_id: int, change_id: int) -> None:
    """The change that registers it at the provider; its own entries are in the log already. Raises NotThere."""
    with writing() as session:
        _locked(session, account, receiver_id).hook_change_id = change_id


def note_secret_shown(account: Account, receiver: Receiver) -> None:
    """Before the secret is shown to somebody who registers the address by hand."""
    with writing():
        audit.record(
            audit.Action.HOOK_SECRET_SHOWN,
            account=account.slug,
            object_type="receiver",
            object_id=receiver.id,
            after={"secret_fingerprint": receiver.secret_fingerprint},
        )


def token_of(receiver: Receiver, settings: Settings) -> str | None:
    """The token as it stands in the address. Raises CannotUnseal."""
    return sealing.unseal(settings, receiver.token_sealed).get_secret_value() if receiver.token_sealed else None


def _new_secret() -> SecretStr:
    return SecretStr(secrets.token_hex(32))


def _open_receiver(account: Account) -> Select[Receiver]:
    return select(Receiver).where(Receiver.account == account.slug, Receiver.stopped.is_(None))


def _locked(session: Session, account: Account, receiver_id: int) -> Receiver:
    statement = _open_receiver(account).where(Receiver.id == receiver_id).with_for_update(of=Receiver)
    receiver = session.scalar(statement.execution_options(populate_existing=True))
    if receiver is None:
        raise NotThere
    return receiver


def _record(account: Account, receiver: Receiver, what: str) -> None:
    audit.record(
        audit.Action.RECEIVER_CHANGED,
        account=account.slug,
        object_type="receiver",
        object_id=receiver.id,
        after={
            "receiver_id": receiver.id,
            "what": what,
            "active": receiver.stopped is None,
            "secret_fingerprint": receiver.secret_fingerprint,
        },
    )
