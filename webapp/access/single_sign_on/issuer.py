"""The OpenID provider: where it is, how somebody is sent there, and what it says of them, checked.

authlib speaks the protocol; its calls go out through `providers/http`, within a deadline and up to a limit.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlencode, urlsplit

from webapp.core.settings import Settings, is_loopback
from webapp.providers.http.one_call import NotAnswered, OneAnswer, ask
from webapp.providers.http.strict_json import NotJSON, read_object

try:
    from authlib.oauth2 import OAuth2Error
    from authlib.oauth2.client import OAuth2Client
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet
except ImportError:  # without the extra `oidc` no OIDC_ISSUER is taken
    pass

WELL_KNOWN = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures with a public key; what is signed with a shared secret, or not at all, is not taken."""
FRESH_SECONDS = 600
"""How long the provider's addresses and keys are believed to be the same."""
KEYS_ASKED_EVERY = 30
"""Seconds, for a signature by a key that is not known yet."""
CLOCKS_DIFFER = 60
PROOF_SECONDS = 120
"""How old a sign-in at the provider may be where a fresh one is asked for."""
LONGEST_AGE = 24 * 3600
PLACES = 4
"""Threads that wait for the provider at a time."""


class NotAvailable(Exception):
    """The provider gave no answer that can be used. Nothing is known of the person."""


class NotAccepted(Exception):
    """What the provider says is not good enough; `cause` is for the audit log."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that was begun: what its answer must fit. `is_anew`: the person must prove anew who they are."""

    state: str
    nonce: str
    verifier: str
    is_anew: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself, and when it was asked."""

    document: Mapping[str, Any]
    keys: Any
    asked: float


class Issuer:
    """One OpenID provider. Threads share it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: _Known | None = None
        self._places = BoundedSemaphore(PLACES)

    def address(self, pending: Pending, redirect_uri: str) -> str:
        """Where somebody is sent to sign in. Raises NotAvailable."""
        extra = {"prompt": "login", "max_age": str(PROOF_SECONDS)} if pending.is_anew else {}
        if self._settings.oidc_acr:
            extra["acr_values"] = " ".join(self._settings.oidc_acr)
        url, _ = self._client(redirect_uri).create_authorization_url(
            self._now_known().document["authorization_endpoint"],
            state=pending.state, code_verifier=pending.verifier, nonce=pending.nonce, **extra,
        )  # fmt: skip
        return str(url)

    def look(self) -> None:
        """Asks for its addresses and keys. Raises NotAvailable."""
        self._now_known()

    def claims(self, pending: Pending, code: str, redirect_uri: str) -> Mapping[str, Any]:
        """Who signed in, for the code that came back. Raises NotAvailable, NotAccepted."""
        try:
            told = self._client(redirect_uri).fetch_token(
                self._now_known().document["token_endpoint"],
                code=code, code_verifier=pending.verifier, grant_type="authorization_code",
            )  # fmt: skip
        except OAuth2Error:
            raise NotAccepted("the code was not taken") from None
        except (ValueError, TypeError, KeyError):
            raise NotAvailable("its answer about a token cannot be read") from None
        claims = self._checked(str(told.get("id_token") or ""), pending, str(told.get("access_token") or ""))
        _require_enough(claims, self._settings, pending)
        return claims

    def _checked(self, id_token: str, pending: Pending, access_token: str) -> Mapping[str, Any]:
        """The claims of a token of this provider's for this desk and this sign-in."""
        issuer, client_id = self._settings.oidc_issuer, self._settings.oidc_client_id
        params = {"nonce": pending.nonce, "client_id": client_id, "access_token": access_token}
        options = {"iss": {"essential": True, "value": issuer}, "sub": {"essential": True}}
        try:
            token = self._decoded(id_token)
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(leeway=CLOCKS_DIFFER)
        except (JoseError, ValueError, TypeError) as error:
            raise NotAccepted(f"the token is not good: {_which(error)}") from None
        if claims["aud"] not in (client_id, [client_id]):
            raise NotAccepted("the token is not good: aud")
        return claims

    def _decoded(self, id_token: str) -> Any:
        """Its signature is good; by a key that is new, if need be."""
        known = self._now_known()
        try:
            return jwt.decode(id_token, known.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - known.asked < KEYS_ASKED_EVERY:
                raise
        self._known = None
        return jwt.decode(id_token, self._now_known().keys, algorithms=ALGORITHMS)

    def _client(self, redirect_uri: str) -> Any:
        settings = self._settings
        return OAuth2Client(
            _Calls(self._ask),
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            scope=settings.oidc_scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _now_known(self) -> _Known:
        known = self._known
        if known is None or time.monotonic() - known.asked > FRESH_SECONDS:
            document = self._document()
            keys: Any = self._read(self._ask("GET", document["jwks_uri"]))
            try:
                known = _Known(document, KeySet.import_key_set(keys), time.monotonic())
            except (JoseError, ValueError, TypeError, KeyError):
                raise NotAvailable("its keys cannot be read") from None
            self._known = known
        return known

    def _document(self) -> Mapping[str, Any]:
        issuer = self._settings.oidc_issuer
        document = self._read(self._ask("GET", issuer.rstrip("/") + WELL_KNOWN))
        if document.get("issuer") != issuer:
            raise NotAvailable("it calls itself otherwise than OIDC_ISSUER")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _is_safe(document.get(name), issuer):
                raise NotAvailable(f"its {name} is not safe")
        return document

    def _read(self, answer: OneAnswer) -> dict[str, Any]:
        if answer.status != 200:
            raise NotAvailable(f"it answered {answer.status}")
        try:
            return read_object(answer.body)
        except NotJSON as error:
            raise NotAvailable(f"its answer cannot be read: {error}") from None

    def _ask(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Any:
        """Raises NotAvailable, also when too many wait for it already."""
        if not self._places.acquire(timeout=0.25):
            raise NotAvailable("too many wait for it")
        try:
            return ask(method, url, headers={"Accept": "application/json", **(headers or {})}, body=body)
        except NotAnswered as error:
            raise NotAvailable(f"no answer: {error}") from None
        finally:
            self._places.release()


class _Calls:
    """What authlib takes for a session of requests."""

    def __init__(self, ask_issuer: Any) -> None:
        self._ask = ask_issuer

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> _Told:
        """A form, with the client's credentials where `auth` puts them."""
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        answer: OneAnswer = self._ask("POST", url, headers, body.encode())
        if answer.status not in (200, 400, 401):
            raise NotAvailable(f"it answered {answer.status}")
        return _Told(answer)


class _Told:
    """An answer as authlib reads it."""

    def __init__(self, answer: OneAnswer) -> None:
        self.status_code = answer.status
        self._body = answer.body

    def json(self) -> dict[str, Any]:
        try:
            return read_object(self._body)
        except NotJSON as error:
            raise NotAvailable(f"its answer cannot be read: {error}") from None


def _require_enough(claims: Mapping[str, Any], settings: Settings, pending: Pending) -> None:
    """How the person proved who they are, where the operator asks for more than a password. Raises NotAccepted."""
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise NotAccepted("the token is not good: sub")
    if settings.oidc_acr and claims.get("acr") not in settings.oidc_acr:
        raise NotAccepted("acr is not one that is asked for")
    if not set(settings.oidc_amr) <= set(map(str, claims.get("amr") or ())):
        raise NotAccepted("amr lacks what is asked for")
    age = age_of_proof(claims)
    if pending.is_anew and (age is None or age > timedelta(seconds=PROOF_SECONDS)):
        raise NotAccepted("the proof is not fresh")


def age_of_proof(claims: Mapping[str, Any]) -> timedelta | None:
    """How long ago the person proved who they are, as the provider says; None where it does not, or long ago."""
    moment = claims.get("auth_time")
    if not isinstance(moment, int | float) or not -CLOCKS_DIFFER <= time.time() - moment <= LONGEST_AGE:
        return None
    return timedelta(seconds=max(0.0, time.time() - moment))


def _which(error: BaseException) -> str:
    """The claim, or the kind of mistake; never a value."""
    return str(getattr(error, "claim", None) or type(error).__name__)


def _is_safe(address: object, issuer: str) -> bool:
    """https; on this machine also http, where the issuer is there as well."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    is_here = is_loopback(parts.hostname or "") and issuer.startswith("http://")
    return bool(parts.netloc) and "@" not in parts.netloc and (parts.scheme == "https" or is_here)
