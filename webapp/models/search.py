"""The search index: keyed digests to find orders by, sealed lines to show them, and how far it reaches."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, ForeignKey, Integer, LargeBinary, SmallInteger, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from .base import Base

_FOUR_BYTES = "i"


class Tokens(TypeDecorator[tuple[int, ...]]):
    """Whole numbers below 2**31: an array in PostgreSQL, four bytes each in SQLite."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Integer()) if dialect.name == "postgresql" else LargeBinary())

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> object:
        if value is None:
            return None
        return list(value) if dialect.name == "postgresql" else array(_FOUR_BYTES, value).tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[int, ...] | None:
        if value is None:
            return None
        return tuple(value) if dialect.name == "postgresql" else tuple(array(_FOUR_BYTES, value))


class SearchKey(Base):
    """A key of the index, sealed; the newest one is in use. `spelling` names the rules its terms were made by."""

    __tablename__ = "search_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_sealed: Mapped[str] = mapped_column(Text)
    spelling: Mapped[str] = mapped_column(String(16))
    created: Mapped[datetime]


class SearchOrder(Base):
    """One order. `id` rises with the moment at which the order was created: webapp/payments/search_index/store.py.

    SQLite looks for `tokens` in the table search_word, which forgets them only when it is told what they were.
    """

    __tablename__ = "search_order"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key_id: Mapped[int] = mapped_column(SmallInteger, ForeignKey(SearchKey.id))
    tokens: Mapped[tuple[int, ...]] = mapped_column(Tokens)
    line: Mapped[bytes] = mapped_column(LargeBinary)


class SearchReach(Base):
    """How far the index of an account reaches: every order created from `oldest` to `newest` was listed.

    `looked`: when new ones were looked for. `is_complete`: the provider has none before `oldest`.
    """

    __tablename__ = "search_reach"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    oldest: Mapped[datetime]
    newest: Mapped[datetime]
    looked: Mapped[datetime]
    is_complete: Mapped[bool] = mapped_column(default=False)


class SearchToRead(Base):
    """An order that is still to be read, with its refunds where they matter; `tries` have failed."""

    __tablename__ = "search_to_read"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    with_refunds: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[datetime]


class SearchErased(Base):
    """An order that was erased from the index and must not come back."""

    __tablename__ = "search_erased"

    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(255), primary_key=True)


class SearchQuery(Base):
    """What somebody searched for, for as long as its address works: sealed, and theirs only."""

    __tablename__ = "search_query"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int] = mapped_column(index=True)
    session_id: Mapped[int]
    asked_sealed: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(index=True)
