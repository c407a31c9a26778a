"""Payments, refunds, chargebacks, pay methods, customers and mandates: one method for each endpoint."""

from __future__ import annotations

from webapp.providers.contract import writes
from webapp.providers.http.bodies import path
from webapp.providers.http.reading import read_one
from webapp.providers.http.transport import Call

from .calls import Calls
from .errors import refusal
from .lists import MOST, USUAL, read_page
from .models import Chargeback, Customer, Mandate, Page, Payment, PayMethod, Refund, Subscription
from .refund_body import sent_amount


class PaymentCalls(Calls):
    """What has to do with money that was paid, and with whom."""

    # Payments

    def list_payments(
        self, *, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Payment]:
        """GET /payments."""
        return self._list("list_payments", "/payments", Payment, cursor, limit, deadline)

    def get_payment(self, *, payment_id: str, deadline: float | None = None) -> Payment:
        """GET /payments/{id}. Raises NotFound."""
        return self._get("get_payment", path("payments", payment_id), Payment, payment_id, deadline)

    @writes
    def cancel_payment(self, *, payment_id: str, deadline: float | None = None) -> Payment:
        """DELETE /payments/{id}. Raises NotFound, InvalidStatus (it is paid, or over)."""
        return self._change("cancel_payment", "DELETE", path("payments", payment_id), Payment, payment_id, deadline)

    def list_payment_refunds(
        self, *, payment_id: str, cursor: str | None = None, limit: int = MOST, deadline: float | None = None
    ) -> Page[Refund]:
        """GET /payments/{id}/refunds. Raises NotFound."""
        target = path("payments", payment_id, "refunds")
        return self._list("list_payment_refunds", target, Refund, cursor, limit, deadline)

    def list_payment_chargebacks(
        self, *, payment_id: str, cursor: str | None = None, limit: int = MOST, deadline: float | None = None
    ) -> Page[Chargeback]:
        """GET /payments/{id}/chargebacks. Raises NotFound."""
        target = path("payments", payment_id, "chargebacks")
        return self._list("list_payment_chargebacks", target, Chargeback, cursor, limit, deadline)

    @writes
    def create_refund(self, *, payment_id: str, body: bytes, deadline: float | None = None) -> Refund:
        """POST /payments/{id}/refunds with the bytes of `encode_refund`. PayPro would do it again each time.

        The answer must tell of a refund of this payment and amount, else UnreadableAnswer. Raises NotFound, Invalid
        with the field (`amount`: more than is left), InvalidStatus (not paid).
        """
        target = path("payments", payment_id, "refunds")
        read = read_one(Refund, refusal, payment=payment_id, amount=sent_amount(body))
        return self._call(Call("create_refund", "POST", target, body, deadline), read)

    # Refunds

    def list_refunds(
        self, *, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Refund]:
        """GET /refunds."""
        return self._list("list_refunds", "/refunds", Refund, cursor, limit, deadline)

    def get_refund(self, *, refund_id: str, deadline: float | None = None) -> Refund:
        """GET /refunds/{id}. Raises NotFound."""
        return self._get("get_refund", path("refunds", refund_id), Refund, refund_id, deadline)

    @writes
    def cancel_refund(self, *, refund_id: str, deadline: float | None = None) -> Refund:
        """DELETE /refunds/{id}. Raises NotFound, InvalidStatus (it is refunded, or over)."""
        return self._change("cancel_refund", "DELETE", path("refunds", refund_id), Refund, refund_id, deadline)

    # Chargebacks, pay methods, customers, mandates

    def list_chargebacks(
        self, *, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Chargeback]:
        """GET /chargebacks."""
        return self._list("list_chargebacks", "/chargebacks", Chargeback, cursor, limit, deadline)

    def get_chargeback(self, *, chargeback_id: str, deadline: float | None = None) -> Chargeback:
        """GET /chargebacks/{id}. Raises NotFound."""
        target = path("chargebacks", chargeback_id)
        return self._get("get_chargeback", target, Chargeback, chargeback_id, deadline)

    def list_pay_methods(self, *, deadline: float | None = None) -> Page[PayMethod]:
        """GET /pay_methods: all at once."""
        return self._call(Call("list_pay_methods", "GET", "/pay_methods", deadline=deadline), read_page(PayMethod))

    def list_customers(
        self, *, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Customer]:
        """GET /customers."""
        return self._list("list_customers", "/customers", Customer, cursor, limit, deadline)

    def get_customer(self, *, customer_id: str, deadline: float | None = None) -> Customer:
        """GET /customers/{id}. Raises NotFound."""
        return self._get("get_customer", path("customers", customer_id), Customer, customer_id, deadline)

    def list_customer_subscriptions(
        self, *, customer_id: str, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Subscription]:
        """GET /customers/{id}/subscriptions. Raises NotFound."""
        target = path("customers", customer_id, "subscriptions")
        return self._list("list_customer_subscriptions", target, Subscription, cursor, limit, deadline)

    def list_mandates(
        self, *, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Mandate]:
        """GET /mandates."""
        return self._list("list_mandates", "/mandates", Mandate, cursor, limit, deadline)

    def get_mandate(self, *, mandate_id: str, deadline: float | None = None) -> Mandate:
        """GET /mandates/{id}. Raises NotFound."""
        return self._get("get_mandate", path("mandates", mandate_id), Mandate, mandate_id, deadline)
