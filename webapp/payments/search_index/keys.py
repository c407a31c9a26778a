"""The index's own keys: what digests and seals is made from them, and they stand in the database sealed.

Each is one generation of the index. The newest is in use; older ones answer until every order is under the newest.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core.sealing import CannotUnseal, seal, unseal
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.search import SearchKey

from . import spelling
from .entry import Entry, packed, terms, unpacked

TOKENS = 2**31
"""How many there are: a whole number of four bytes in PostgreSQL, six letters and digits at most in SQLite."""
SHORT = 2**19
"""How many of them are for terms that few orders have, such as e-mail addresses. Several share one, so that an index
needs few; each of the few orders that such a token finds is looked at before it is shown."""

_DIGITS_OF_ONE, _DIGITS_AMONG_LETTERS, _LETTERS_OF_ONE = 5, 2, 6

@dataclass(frozen=True, slots=True)
class IndexKey:
    """One generation. A token tells nothing without the key; a line is bound to its account and its row."""

    id: int
    spelling: str
    digesting: bytes
    sealing: AESSIV

    @property
    def has_prefixes(self) -> bool:
        return self.spelling.endswith("p")

    def token(self, account: str, term: str) -> int:
        digest = hashlib.blake2b(f"{account} {term}".encode(), key=self.digesting, digest_size=8).digest()
        number = int.from_bytes(digest, "big")
        return number % SHORT if _is_rare(term) else SHORT + number % (TOKENS - SHORT)

    def tokens(self, account: str, entry: Entry) -> tuple[int, ...]:
        """Of every term of the order, each once, in no order that tells anything."""
        return tuple(sorted({self.token(account, term) for term in terms(entry, prefixes=self.has_prefixes)}))

    def seal_line(self, account: str, row_id: int, entry: Entry) -> bytes:
        return self.sealing.encrypt(packed(entry), [account.encode(), str(row_id).encode()])

    def open_line(self, account: str, row_id: int, line: bytes) -> Entry | None:
        """What was sealed for this account in this row; None for that of another account."""
        try:
            return unpacked(self.sealing.decrypt(line, [account.encode(), str(row_id).encode()]))
        except InvalidTag:
            return None


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """Every generation, the newest first."""

    each: tuple[IndexKey, ...]

    @property
    def current(self) -> IndexKey:
        return self.each[0]

    def by_id(self, key_id: int) -> IndexKey | None:
        return next((key for key in self.each if key.id == key_id), None)

    def open(self, account: str, row_id: int, key_id: int, line: bytes) -> Entry | None:
        key = self.by_id(key_id)
        return key.open_line(account, row_id, line) if key else None


def rules(settings: Settings) -> str:
    """The name of the rules that terms are made by now."""
    return f"{spelling.RULES}{'p' if settings.search_prefixes else 'w'}"


def index_keys(session: Session, settings: Settings) -> IndexKeys:
    """Every key there is, none before the first order was written. Raises CannotUnseal where the newest is lost."""
    rows = session.scalars(select(SearchKey).order_by(SearchKey.id.desc())).all()
    opened = [key for row in rows if (key := _opened(settings, row, is_newest=row is rows[0]))]
    return IndexKeys(tuple(opened))


def writing_keys(session: Session, settings: Settings) -> IndexKeys:
    """The same for whoever writes, with a new one where there is none or its rules are others. In `writing()`."""
    keys = index_keys(session, settings)
    if not keys.each or keys.current.spelling != rules(settings):
        add_key(session, settings)
        keys = index_keys(session, settings)
    return keys


def add_key(session: Session, settings: Settings) -> None:
    """Begins a new generation. Inside of `writing()`."""
    sealed = seal(settings, SecretStr(secrets.token_hex(32)))
    session.add(SearchKey(key_sealed=sealed, spelling=rules(settings), created=now()))
    session.flush()


def _is_rare(term: str) -> bool:
    """Whether it looks like a number, an address or a part of an ID that few orders have."""
    count = sum(map(str.isdigit, term))
    return "@" in term or count >= _DIGITS_OF_ONE or (count >= _DIGITS_AMONG_LETTERS and len(term) > _LETTERS_OF_ONE)


def _opened(settings: Settings, row: SearchKey, *, is_newest: bool) -> IndexKey | None:
    known = (settings.seal_key.get_secret_value(), row.key_sealed)
    if known not in _OPENED:
        try:
            secret = unseal(settings, row.key_sealed).get_secret_value()
        except CannotUnseal:
            if is_newest:
                raise
            return None
        made = HKDF(SHA256(), 128, salt=None, info=b"postpay desk search index").derive(bytes.fromhex(secret))
        if len(_OPENED) >= _MOST_OPENED:
            _OPENED.clear()
        _OPENED[known] = made[:64], AESSIV(made[64:])
    return IndexKey(row.id, row.spelling, *_OPENED[known])


_OPENED: dict[tuple[str, str], tuple[bytes, AESSIV]] = {}
"""What was unsealed, by what it is sealed with and as: opening takes milliseconds, and each search needs it."""
_MOST_OPENED = 16


def spelled(token: int) -> str:
    """A token as a word of SQLite's index: small letters and digits, fewer for the short ones."""
    letters = ""
    for _ in range(4 if token < SHORT else 6):
        token, rest = divmod(token, 36)
        letters = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + letters
    return letters


def spelled_all(tokens: Iterable[int]) -> str:
    return " ".join(map(spelled, tokens))
