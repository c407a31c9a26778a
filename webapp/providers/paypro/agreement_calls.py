"""Subscriptions, instalment plans, and their periods: one method for each endpoint that charges nobody."""

from __future__ import annotations

from webapp.providers.contract import writes
from webapp.providers.http.bodies import path

from .calls import Calls
from .lists import USUAL
from .models import InstallmentPlan, Page, Payment, Period, Subscription


class AgreementCalls(Calls):
    """What is charged again and again."""

    def list_subscriptions(
        self, *, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Subscription]:
        """GET /subscriptions."""
        return self._list("list_subscriptions", "/subscriptions", Subscription, cursor, limit, deadline)

    def get_subscription(self, *, subscription_id: str, deadline: float | None = None) -> Subscription:
        """GET /subscriptions/{id}. Raises NotFound."""
        target = path("subscriptions", subscription_id)
        return self._get("get_subscription", target, Subscription, subscription_id, deadline)

    @writes
    def cancel_subscription(self, *, subscription_id: str, deadline: float | None = None) -> Subscription:
        """DELETE /subscriptions/{id}: final. Raises NotFound, InvalidStatus."""
        target = path("subscriptions", subscription_id)
        return self._change("cancel_subscription", "DELETE", target, Subscription, subscription_id, deadline)

    @writes
    def pause_subscription(self, *, subscription_id: str, deadline: float | None = None) -> Subscription:
        """POST /subscriptions/{id}/pause. Raises NotFound, InvalidStatus (not active)."""
        target = path("subscriptions", subscription_id, "pause")
        return self._change("pause_subscription", "POST", target, Subscription, subscription_id, deadline)

    @writes
    def resume_subscription(self, *, subscription_id: str, deadline: float | None = None) -> Subscription:
        """POST /subscriptions/{id}/resume. Raises NotFound, InvalidStatus (not paused)."""
        target = path("subscriptions", subscription_id, "resume")
        return self._change("resume_subscription", "POST", target, Subscription, subscription_id, deadline)

    def list_subscription_periods(
        self, *, subscription_id: str, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Period]:
        """GET /subscriptions/{id}/subscription_periods. Raises NotFound."""
        target = path("subscriptions", subscription_id, "subscription_periods")
        return self._list("list_subscription_periods", target, Period, cursor, limit, deadline)

    def get_subscription_period(self, *, period_id: str, deadline: float | None = None) -> Period:
        """GET /subscription_periods/{id}. Raises NotFound."""
        target = path("subscription_periods", period_id)
        return self._get("get_subscription_period", target, Period, period_id, deadline)

    def list_subscription_period_payments(
        self, *, period_id: str, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Payment]:
        """GET /subscription_periods/{id}/payments. Raises NotFound."""
        target = path("subscription_periods", period_id, "payments")
        return self._list("list_subscription_period_payments", target, Payment, cursor, limit, deadline)

    def list_installment_plans(
        self, *, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[InstallmentPlan]:
        """GET /installment_plans."""
        return self._list("list_installment_plans", "/installment_plans", InstallmentPlan, cursor, limit, deadline)

    def get_installment_plan(self, *, plan_id: str, deadline: float | None = None) -> InstallmentPlan:
        """GET /installment_plans/{id}. Raises NotFound."""
        target = path("installment_plans", plan_id)
        return self._get("get_installment_plan", target, InstallmentPlan, plan_id, deadline)

    @writes
    def cancel_installment_plan(self, *, plan_id: str, deadline: float | None = None) -> InstallmentPlan:
        """DELETE /installment_plans/{id}: final. Raises NotFound, InvalidStatus."""
        target = path("installment_plans", plan_id)
        return self._change("cancel_installment_plan", "DELETE", target, InstallmentPlan, plan_id, deadline)

    @writes
    def pause_installment_plan(self, *, plan_id: str, deadline: float | None = None) -> InstallmentPlan:
        """POST /installment_plans/{id}/pause. Raises NotFound, InvalidStatus (not active)."""
        target = path("installment_plans", plan_id, "pause")
        return self._change("pause_installment_plan", "POST", target, InstallmentPlan, plan_id, deadline)

    @writes
    def resume_installment_plan(self, *, plan_id: str, deadline: float | None = None) -> InstallmentPlan:
        """POST /installment_plans/{id}/resume. Raises NotFound, InvalidStatus (not paused)."""
        target = path("installment_plans", plan_id, "resume")
        return self._change("resume_installment_plan", "POST", target, InstallmentPlan, plan_id, deadline)

    def list_installment_plan_periods(
        self, *, plan_id: str, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Period]:
        """GET /installment_plans/{id}/installment_plan_periods. Raises NotFound."""
        target = path("installment_plans", plan_id, "installment_plan_periods")
        return self._list("list_installment_plan_periods", target, Period, cursor, limit, deadline)

    def get_installment_plan_period(self, *, period_id: str, deadline: float | None = None) -> Period:
        """GET /installment_plan_periods/{id}. Raises NotFound."""
        target = path("installment_plan_periods", period_id)
        return self._get("get_installment_plan_period", target, Period, period_id, deadline)

    def list_installment_plan_period_payments(
        self, *, period_id: str, cursor: str | None = None, limit: int = USUAL, deadline: float | None = None
    ) -> Page[Payment]:
        """GET /installment_plan_periods/{id}/payments. Raises NotFound."""
        target = path("installment_plan_periods", period_id, "payments")
        return self._list("list_installment_plan_period_payments", target, Payment, cursor, limit, deadline)
