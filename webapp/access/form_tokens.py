"""The signed tokens of a form: whose it is, what its reader had seen, and that one form is one decision."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app, g, request
from flask import session as cookie
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from webapp import audit
from webapp.core.database import writing

from .rejection_sampler import RejectionSampler

LONGEST_AGE = 12 * 3600


class BadToken(ValueError):
    """Not a token of ours, too old, or of another person, order or action."""


@dataclass(frozen=True, slots=True)
class SubmitToken:
    """What the form showed: `seen_remaining` in minor units, `order_version` as the number of intents then."""

    kind: str
    user_id: int
    account: str
    order_id: str
    order_version: int
    seen_remaining: int
    currency: str
    nonce: str

    @property
    def hash(self) -> str:
        """What the database keeps: one row per form, whoever presses it how often."""
        return _hash(asdict(self))


def new_token(
    kind: str, *, user_id: int, account: str, order_id: str, order_version: int, seen_remaining: int, currency: str
) -> str:
    """A token for a form about to be shown."""
    token = SubmitToken(
        kind, user_id, account, order_id, order_version, seen_remaining, currency, secrets.token_hex(16)
    )
    return _signer().dumps(asdict(token))


def read_token(
    text: str, *, kind: str, user_id: int, account: str, order_id: str, at_any_age: bool = False
) -> SubmitToken:
    """The token of a form that came back. `at_any_age`: only to ask what came of it. Raises BadToken."""
    try:
        token = SubmitToken(**_signed(text, user_id, account, None if at_any_age else LONGEST_AGE))
    except TypeError as error:
        raise BadToken from error
    if (token.kind, token.user_id, token.account, token.order_id) != (kind, user_id, account, order_id):
        raise BadToken
    return token


@dataclass(frozen=True, slots=True)
class ChangeToken:
    """The same for a form that moves no money: `version` counts the changes of the object then, `seen` is a digest
    of what it showed, empty where that does not matter."""

    kind: str
    user_id: int
    account: str
    object_id: str
    version: int
    seen: str
    nonce: str

    @property
    def hash(self) -> str:
        return _hash(asdict(self))


def new_change_token(kind: str, *, user_id: int, account: str, object_id: str, version: int, seen: str = "") -> str:
    """A token for a form about to be shown."""
    token = ChangeToken(kind, user_id, account, object_id, version, seen, secrets.token_hex(16))
    return _signer().dumps(asdict(token))


def read_change_token(text: str, *, kind: str, user_id: int, account: str, object_id: str) -> ChangeToken:
    """The token of such a form that came back. Raises BadToken."""
    try:
        token = ChangeToken(**_signed(text, user_id, account, LONGEST_AGE))
    except TypeError as error:
        raise BadToken from error
    if (token.kind, token.user_id, token.account, token.object_id) != (kind, user_id, account, object_id):
        raise BadToken
    return token


def own_forms(user_id: int) -> None:
    """From here on the token against forgery, in each form that this browser is given, says whose form it is."""
    cookie["csrf_token"] = f"{secrets.token_hex(20)}.{user_id}"
    g.pop("csrf_token", None)  # the signed one of before, which the rest of this request would go on giving out


def owner_of_form(csrf_token: str) -> int | None:
    """Whose form it is, told by its token alone, as the desk has signed it; None for a stranger's, or no token of ours.

    Says nothing about who sends it: that is for the browser's cookie to say.
    """
    try:
        value = str(URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="wtf-csrf-token").loads(csrf_token))
    except BadSignature:
        return None
    _, _, owner = value.rpartition(".")
    return int(owner) if "." in value and owner.isdecimal() else None


def _hash(values: dict[str, object]) -> str:
    return hashlib.sha256("\n".join(str(value) for value in values.values()).encode()).hexdigest()


def _signed(text: str, user_id: int, account: str, max_age: int | None) -> dict[str, Any]:
    """What the desk has signed. Raises BadToken; where the desk never signed it, there is an entry of that."""
    try:
        signed: dict[str, Any] = _signer().loads(text, max_age=max_age)
    except SignatureExpired as error:
        raise BadToken from error
    except BadSignature as error:
        _record_forged(user_id, account)
        raise BadToken from error
    return signed


def _record_forged(user_id: int, account: str) -> None:
    """One entry, but of many in a minute from one person only of the first few."""
    sampler: RejectionSampler = current_app.extensions["forged_tokens"]
    if not sampler.is_worth_an_entry(str(user_id)):
        return
    facts = {"method": request.method, "endpoint": request.endpoint, "cause": "submit token"}
    with writing():
        audit.record(audit.Action.CSRF_FAILED, outcome="denied", account=account, after=facts)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="submit-token")
