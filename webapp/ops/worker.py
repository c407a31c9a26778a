"""What is done when nobody is looking: finding out about open intents, counting, anchoring, forgetting, and jobs.

Any number of workers may run: an intent is leased by compare-and-set, a job is claimed under a lock, and the rest
does no harm when done twice.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Event

import structlog
from flask import Flask, current_app, g
from sqlalchemy import delete, or_

from webapp import audit
from webapp.alerts.messages import forget_old_messages, send_due
from webapp.alerts.watch import watch
from webapp.core import provider_health
from webapp.core.accounts import Account
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.jobs.runner import work_on
from webapp.lists.exports import forget_exports
from webapp.models.base import now
from webapp.models.provider_minute import ProviderMinute
from webapp.models.sign_in_throttle import SignInThrottle
from webapp.models.staff_session import StaffSession
from webapp.operations.resolve_unknown import resolve_due
from webapp.payments.approval_requests import lapse_due
from webapp.payments.awaiting_capture import refresh_awaiting_capture
from webapp.payments.intents import INTENTS
from webapp.payments.open_forms import forget_left_forms
from webapp.payments.search_index.sweep import sweep, tend
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import mover, postpay
from webapp.settlement.ledger.upkeep import keep_current
from webapp.settlement.reconciliation.counter import refresh_to_look_at
from webapp.settlement.reconciliation.start import start_daily_check
from webapp.webhooks.deliveries.process import reread_due
from webapp.webhooks.deliveries.retention import prune_deliveries
from webapp.webhooks.forwarding import replay_job as _replay_job  # noqa: F401 - registers its job
from webapp.webhooks.forwarding.send import serve_target
from webapp.webhooks.upkeep import settle_hooks

from .anchor_copies import NotCopied, copy_anchors
from .demo_books import fill_demo_books
from .supervision import Duty, keep_at_work

MINUTE = 60.0
HOUR = 60 * MINUTE
LONGEST_BACKOFF = 5 * MINUTE
MOST_DOUBLINGS = 10
"""Of a pause; failures may go on for days, and a number that doubles for days fits nowhere."""
LONGEST_ROUNDS = 5.0
"""Seconds that the deliveries of one account may be worked off before it is another one's turn."""
FORWARD_LANES = 4
"""Targets at a time that deliveries are forwarded to."""
JOB_THREADS = 2
"""Jobs at a time: a long one must not keep a short one waiting."""
MOST_INTENTS = 50
"""Intents of one account in a row, before the other tasks have their turn."""
SWEEP_EVERY = 2.0
EMULATOR_CALLS = 50
"""Calls in one round to fill the search index from an emulator, which nobody else uses."""
COPY_EVERY = 2.0
WATCH_EVERY = 30.0
KEEP_FAILURES = timedelta(days=2)
KEEP_SESSIONS = timedelta(days=90)

log = structlog.stdlib.get_logger("webapp.ops.worker")


@dataclass
class Task:
    """Something done again and again, `every` so many seconds; after failures in a row, ever less often."""

    name: str
    every: float
    work: Callable[[Event], object]
    due: float = 0.0
    failures: int = 0

    def plan(self, *, failed: bool) -> None:
        """Sets the next time; a little jitter keeps several workers from moving in step."""
        self.failures = self.failures + 1 if failed else 0
        doubled = self.every * 2 ** min(self.failures, MOST_DOUBLINGS)
        pause = min(doubled, max(self.every, LONGEST_BACKOFF))
        self.due = time.monotonic() + pause * random.uniform(0.9, 1.1)  # noqa: S311 - keeps no secret


def run(app: Flask, stop: Event) -> None:
    """Works until `stop` is set; of intents what is in hand is finished first, jobs are given back.

    Deliveries, anchors and alerts have threads of their own: neither a slow provider nor a slow target keeps the rest
    waiting, nor does a second place for anchors or a mail server that does not answer. One lane of forwarding is for
    quick targets only, so that those never wait, however many others hang.
    """
    accounts = list(app.extensions["accounts"].values())
    reading = [Task(f"reread {account.slug}", 1.0, _rereading(account)) for account in accounts]
    anchoring = _anchoring(app.extensions["settings"])
    alerting = [task for account in accounts for task in _alerting(account)]
    own = {"reread": reading, "anchors": anchoring, "alerts": alerting, "search": _searching(app, accounts)}
    for lane in range(FORWARD_LANES):
        own[f"forward {lane}"] = [Task(f"forward {lane}", 1.0, _forwarding(quick_only=lane == 0))]
    looping = {"tasks": _tasks(accounts), **own}
    keep_at_work(
        [
            *(Duty(name, partial(_keep_doing, app, tasks, stop)) for name, tasks in looping.items()),
            *(Duty(f"jobs {number}", partial(work_on, app, stop)) for number in range(JOB_THREADS)),
        ],
        stop,
    )


def _searching(app: Flask, accounts: list[Account]) -> list[Task]:
    """The search index is filled at the pace that a setting allows, and by a thread that nothing else waits for."""
    settings: Settings = app.extensions["settings"]
    tasks = [Task("tend the search index", MINUTE, _tending([account.slug for account in accounts]))]
    pace = settings.search_calls_a_minute
    for account in accounts if pace else ():
        calls = EMULATOR_CALLS if account.emulated else max(1, round(pace * SWEEP_EVERY / MINUTE))
        every = SWEEP_EVERY if account.emulated else calls * MINUTE / pace
        tasks.append(Task(f"sweep {account.slug}", every, _sweeping(account, calls)))
    return tasks


def _sweeping(account: Account, calls: int) -> Callable[[Event], int]:
    return lambda stop: sweep(account, postpay(account), _settings(), calls=calls, stopping=stop.is_set)


def _tending(accounts: list[str]) -> Callable[[Event], None]:
    def tend_all(stop: Event) -> None:
        while not stop.is_set() and tend(_settings(), accounts):
            continue

    return tend_all


def _keep_doing(app: Flask, tasks: list[Task], stop: Event) -> None:
    """What is due first comes first, until `stop` is set."""
    while not stop.is_set():
        task = min(tasks, key=lambda one: one.due)
        if not stop.wait(max(0.0, task.due - time.monotonic())):
            _do(app, task, stop)


def _anchoring(settings: Settings) -> list[Task]:
    every = float(settings.anchor_seconds)
    return [
        Task("anchor", every, lambda _stop: audit.anchor(f"{every:g} seconds", only_news=True)),
        Task("copy anchors", COPY_EVERY, lambda _stop: copy_anchors(settings)),
    ]


def _alerting(account: Account) -> list[Task]:
    """In a thread of its own: what is watched may be just what keeps the others waiting."""
    return [
        Task(f"watch {account.slug}", WATCH_EVERY, lambda _stop: watch(account, _settings())),
        Task(f"alert {account.slug}", 2.0, lambda stop: send_due(account, _settings(), stopping=stop.is_set)),
    ]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _tasks(accounts: list[Account]) -> list[Task]:
    begun = time.monotonic()
    tasks = []
    for account in accounts:
        tasks.append(Task(f"reconcile {account.slug}", 3.0, _reconciling(account)))
        tasks.append(Task(f"lapse {account.slug}", 10.0, _lapsing(account)))
        tasks.append(Task(f"hooks {account.slug}", 5.0, _settling_hooks(account)))
        tasks.append(Task(f"count {account.slug}", MINUTE, _counting(account)))
        tasks.append(Task(f"prune {account.slug}", HOUR, _pruning(account)))
        tasks.append(Task(f"look {account.slug}", 5 * MINUTE, _looking(account)))
        tasks.append(Task(f"ledger {account.slug}", 10 * MINUTE, _keeping_the_ledger(account)))
        if account.emulated:
            tasks.append(Task(f"demo books {account.slug}", 5.0, _filling_demo_books(account)))
        tasks.append(Task(f"check {account.slug}", HOUR, _checking(account), due=begun + 5 * MINUTE))
    tasks.append(Task("note the connection", provider_health.EVERY, lambda _stop: provider_health.write_down()))
    tasks.append(Task("forget", HOUR, lambda _stop: forget_old()))
    tasks.append(Task("forget alerts", HOUR, lambda _stop: forget_old_messages()))
    tasks.append(Task("forget left forms", HOUR, lambda _stop: forget_left_forms()))
    tasks.append(Task("forget exports", 10 * MINUTE, lambda _stop: forget_exports()))
    return tasks


def _do(app: Flask, task: Task, stop: Event) -> None:
    """Does it once. Whatever goes wrong is logged, and never ends the loop."""
    request_id = uuid.uuid4().hex
    with structlog.contextvars.bound_contextvars(task=task.name, request_id=request_id):
        began = time.perf_counter()
        try:
            with app.app_context():
                g.request_id = request_id
                audit.bind(audit.Who(actor_label="worker", request_id=request_id))
                task.work(stop)
        except GatewayError as error:
            task.plan(failed=True)
            log.warning("no use of the provider", error=type(error).__name__, failures=task.failures)
            return
        except NotCopied as error:
            task.plan(failed=True)
            log.warning("anchors not copied", error=str(error), failures=task.failures)
            return
        except Exception:
            task.plan(failed=True)
            log.exception("task failed", failures=task.failures)
            return
        task.plan(failed=False)
        log.debug("task done", ms=round((time.perf_counter() - began) * 1000, 1))


def _reconciling(account: Account) -> Callable[[Event], None]:
    def reconcile(stop: Event) -> None:
        deadline = current_app.extensions["settings"].provider_deadline
        for _ in range(MOST_INTENTS):
            if stop.is_set() or not resolve_due(INTENTS, account, mover(account), limit=1, deadline=deadline):
                return

    return reconcile


def _lapsing(account: Account) -> Callable[[Event], int]:
    return lambda _stop: lapse_due(account)


def _settling_hooks(account: Account) -> Callable[[Event], int]:
    return lambda _stop: settle_hooks(account, postpay(account), current_app.extensions["settings"])


def _counting(account: Account) -> Callable[[Event], int]:
    return lambda _stop: refresh_awaiting_capture(account)


def _looking(account: Account) -> Callable[[Event], int]:
    return lambda _stop: refresh_to_look_at(account)


def _keeping_the_ledger(account: Account) -> Callable[[Event], bool]:
    return lambda _stop: keep_current(account, postpay(account))


def _filling_demo_books(account: Account) -> Callable[[Event], bool]:
    return lambda _stop: fill_demo_books(account)


def _checking(account: Account) -> Callable[[Event], None]:
    return lambda _stop: start_daily_check(account)


def _rereading(account: Account) -> Callable[[Event], None]:
    """What deliveries spoke of is read again, round after round while there is more."""

    def reread(stop: Event) -> None:
        ends = time.monotonic() + LONGEST_ROUNDS
        while not stop.is_set() and time.monotonic() < ends:
            if not reread_due(account, postpay(account), stopping=stop.is_set):
                return

    return reread


def _forwarding(*, quick_only: bool) -> Callable[[Event], None]:
    """Target after target, whosever it is, while something is due."""

    def forward(stop: Event) -> None:
        accounts, settings = current_app.extensions["accounts"], current_app.extensions["settings"]
        ends = time.monotonic() + LONGEST_ROUNDS
        while not stop.is_set() and time.monotonic() < ends:
            if not serve_target(accounts, settings, stopping=stop.is_set, quick_only=quick_only):
                return

    return forward


def _pruning(account: Account) -> Callable[[Event], int]:
    return lambda _stop: prune_deliveries(account, current_app.extensions["settings"].delivery_days)


def forget_old() -> None:
    """Drops counters of failed sign-ins and sessions that have long been over; the audit log keeps what mattered."""
    moment = now()
    unlocked = or_(SignInThrottle.locked_until.is_(None), SignInThrottle.locked_until < moment)
    with writing() as session:
        session.execute(delete(SignInThrottle).where(SignInThrottle.since < moment - KEEP_FAILURES, unlocked))
        session.execute(delete(ProviderMinute).where(ProviderMinute.minute < moment - provider_health.KEEP))
        session.execute(delete(StaffSession).where(StaffSession.expires < moment - KEEP_SESSIONS))
