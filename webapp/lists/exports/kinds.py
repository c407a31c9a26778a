"""What can be exported: for each kind who may, its words, its columns, and where its rows come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flask_babel import lazy_gettext

from webapp.access.permissions import Permission
from webapp.core.staging import StagedRow
from webapp.jobs import JobContext
from webapp.providers.http.patience import Wait

from . import audit_log, desk_refunds, orders, payouts, refunds, transactions
from .cells import Columns
from .source import Asked, Rows


@dataclass(frozen=True, slots=True)
class ExportKind:
    """`takes` gives a function for one reading: from a row to what is kept of it, its id and its place in the order.

    `prepare` is called once before, and returns as of when the rows are: the moment of the request, unless the desk
    keeps them itself.
    """

    label: Any
    needs: frozenset[Permission]
    lay_out: Callable[[Columns, Asked], None]
    rows: Callable[[Asked, Wait], Rows]
    takes: Callable[[Asked], Callable[[Any], StagedRow]]
    prepare: Callable[[Asked, JobContext], datetime] = lambda asked, _job: asked.bound
    is_of_account: bool = True
    of_what: Literal["one", "any", "none"] = "none"
    is_personal: bool = False
    """Whether it names people, or holds what people have written in their own words."""

    def fits(self, object_id: str | None) -> bool:
        """Whether it is of one thing (an order), of none, or either way."""
        return self.of_what == "any" or (self.of_what == "one") == bool(object_id)


KINDS: dict[str, ExportKind] = {
    "orders": ExportKind(
        lazy_gettext("Orders"), frozenset({Permission.ORDER_READ}), orders.lay_out, orders.rows, orders.takes
    ),
    "refunds": ExportKind(
        lazy_gettext("Refunds of order"),
        frozenset({Permission.ORDER_READ}),
        refunds.lay_out,
        refunds.rows,
        refunds.takes,
        of_what="one",
        is_personal=True,
    ),
    "desk-refunds": ExportKind(
        lazy_gettext("Refunds"),
        frozenset({Permission.ORDER_READ}),
        desk_refunds.lay_out,
        desk_refunds.rows,
        desk_refunds.takes,
        is_personal=True,
    ),
    "transactions": ExportKind(
        lazy_gettext("Transactions"),
        frozenset({Permission.SETTLEMENTS_READ}),
        transactions.lay_out,
        transactions.rows,
        transactions.takes,
    ),
    "payouts": ExportKind(
        lazy_gettext("Payouts"),
        frozenset({Permission.SETTLEMENTS_READ}),
        payouts.lay_out,
        payouts.rows,
        payouts.takes,
        payouts.prepare,
        of_what="any",
    ),
    "audit": ExportKind(
        lazy_gettext("Audit log"),
        frozenset({Permission.AUDIT_EXPORT}),
        audit_log.lay_out,
        audit_log.rows,
        audit_log.takes,
        is_of_account=False,
        is_personal=True,
    ),
}


def is_personal(what: str) -> bool:
    """Whether taking that along needs a fresh proof of who does."""
    return what in KINDS and KINDS[what].is_personal


def may_export(what: str, permissions: frozenset[Permission]) -> bool:
    """Whether somebody with these permissions may take that along."""
    kind = KINDS.get(what)
    return kind is not None and Permission.EXPORT in permissions and kind.needs <= permissions
