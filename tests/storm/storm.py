"""A storm: agents, faults and kills for so many intentions; then calm, one reconcile, and the invariants."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from .agent import Agent, Said
from .desk import Control, Desk, Killer
from .invariants import Book, check, check_settled

CURRENCIES = (("AED", "1.{:02d}", 100), ("KWD", "1.{:03d}", 1000), ("JPY", "{:d}", 1))

FOR_TWO = 0.2
"""How many of the wishes need a second person."""
APPROVERS = 2
MOST_LEFT = 400
"""Requests that are decided when the storm is over, at most."""

FAULTS = [
    {"kind": "drop_before", "weight": 3},
    {"kind": "drop_after", "weight": 3},
    {"kind": "late_commit", "seconds": 0.1, "weight": 1},
    {"kind": "late_commit", "seconds": 1.5, "weight": 1},
    {"kind": "late_commit", "seconds": 5, "weight": 1},
    {"kind": "status", "status": 500, "applied": "before", "weight": 1},
    {"kind": "status", "status": 502, "applied": "after", "weight": 1},
    {"kind": "status", "status": 429, "weight": 1},
    {"kind": "status", "status": 429, "retry_after": "1", "weight": 1},
    {"kind": "malformed", "applied": "after", "weight": 1},
    {"kind": "truncated", "applied": "after", "weight": 1},
    {"kind": "wrong_id", "weight": 1},
    {"kind": "wrong_amount", "weight": 1},
    {"kind": "html", "applied": "after", "weight": 1},
    {"kind": "drip", "seconds": 4, "weight": 0.5},
    {"kind": "latency", "seconds": 0.5, "weight": 2},
    {"kind": "reset", "applied": "before", "weight": 1},
]
"""What happens to a share of all sendings; readings fail too, less often."""

READ_FAULTS = [
    {"kind": "drop_before", "weight": 2},
    {"kind": "status", "status": 503, "weight": 2},
    {"kind": "malformed", "weight": 1},
    {"kind": "latency", "seconds": 0.4, "weight": 2},
]


@dataclass(frozen=True)
class Plan:
    """How much of everything. `gentle`: no kills, and only faults after which nothing needs a person."""

    seed: int
    intentions: int = 1000
    orders: int = 150
    agents: int = 6
    kills: bool = True
    kill_every: float = 2.0
    fault_rate: float = 0.5
    read_fault_rate: float = 0.1
    longest: float = 900.0


def run(plan: Plan, folder: Path, database_url: str) -> dict[str, int]:
    """Raises AssertionError, with the seed, when an invariant breaks. Returns how many of what there were."""
    said = Said()
    with Desk(folder, database_url) as desk:
        control = Control(desk)
        totals = _prepare(desk, control, plan)
        desk.start_worker()
        _rage(plan, desk, control, totals, said)
        counts = _calm(plan, desk, control, database_url, said, totals)
    return counts


def _prepare(desk: Desk, control: Control, plan: Plan) -> dict[str, int]:
    totals = {}
    for number in range(plan.orders):
        currency, _, unit = CURRENCIES[number % 3]
        order = f"storm {number}/{currency}" if number % 10 == 0 else f"storm-{number}"
        totals[order] = 2000 * unit
        control.ask(
            "POST",
            "/orders",
            {"order_id": order, "total_amount": totals[order], "currency": currency, "status": "captured"},
        )
    desk.hire("finance", *(f"finance{number}@example.test" for number in range(APPROVERS)))
    desk.hire("agent", *(f"agent{number}@example.test" for number in range(plan.agents)))
    control.ask("POST", "/faults", {"mix": FAULTS, "method": "POST", "rate": plan.fault_rate, "seed": plan.seed})
    control.ask(
        "POST", "/faults", {"mix": READ_FAULTS, "method": "GET", "rate": plan.read_fault_rate, "seed": plan.seed}
    )
    return totals


def _rage(plan: Plan, desk: Desk, control: Control, totals: dict[str, int], said: Said) -> None:
    """All agents at once, until so many forms were sent."""
    dice = random.Random(plan.seed)
    orders = list(totals)
    end = time.monotonic() + plan.longest
    left = threading.Semaphore(plan.intentions)

    def work(number: int) -> None:
        own = random.Random(plan.seed * 1000 + number)
        agent = Agent(desk.address, f"agent{number}@example.test", said, own)
        agent.sign_in()
        while time.monotonic() < end and left.acquire(blocking=False):
            order = own.choice(orders)
            pattern = CURRENCIES[orders.index(order) % 3][1]
            reason = "other" if own.random() < FOR_TWO else "returned"
            if not agent.wish(order, pattern.format(own.randrange(1, 99)), reason=reason):
                left.release()
                time.sleep(0.02)

    agents = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(plan.agents)]
    over = threading.Event()
    approvers = [
        threading.Thread(target=_approve, args=(_approver(plan, desk, said, number), over), daemon=True)
        for number in range(APPROVERS)
    ]
    killer = Killer(desk, dice, plan.kill_every) if plan.kills else None
    for thread in [*agents, *approvers]:
        thread.start()
    if killer:
        killer.start()
    for thread in agents:
        thread.join(timeout=max(end - time.monotonic(), 0) + 60)
    over.set()
    for thread in approvers:
        thread.join(timeout=60)
    if killer:
        killer.stop()
    assert time.monotonic() < end, f"seed {plan.seed}: the storm took too long"


def _approver(plan: Plan, desk: Desk, said: Said, number: int) -> Agent:
    dice = random.Random(plan.seed * 77 + number)
    return Agent(desk.address, f"finance{number}@example.test", said, dice)


def _approve(person: Agent, over: threading.Event) -> None:
    """Decides whatever waits, until the storm is over."""
    person.sign_in()
    while not over.is_set():
        if not person.decide():
            over.wait(0.2)


def _decide_the_rest(person: Agent) -> None:
    person.sign_in()
    for _ in range(MOST_LEFT):
        if not person.decide():
            return


def _calm(
    plan: Plan, desk: Desk, control: Control, database_url: str, said: Said, totals: dict[str, int]
) -> dict[str, int]:
    """Faults off, everything restarted, one reconcile, and the invariants; then again, and nothing has changed."""
    control.ask("DELETE", "/faults")
    desk.stop_web()
    desk.start_web()
    while control.ask("GET", "").get("late_commits", 0):
        time.sleep(0.2)
    _decide_the_rest(_approver(plan, desk, said, 0))
    done = desk.command("reconcile", "--wait", "150")
    try:
        assert done.returncode == 0, f"I8: reconcile ended with {done.returncode}: {done.stdout}{done.stderr[-2000:]}"
        book = Book(database_url, control)
        check(book, said, totals)
        check_settled(book)
        before = _terminal_rows(database_url)
        again = desk.command("reconcile")
        assert again.returncode == 0, again.stderr
        assert _terminal_rows(database_url) == before, "I11: a closed row has changed"
        verified = desk.command("audit", "verify")
        assert verified.returncode == 0, f"I10: {verified.stdout}{verified.stderr}"
    except AssertionError as broken:
        raise AssertionError(f"seed {plan.seed}: {broken}") from broken
    states = [intent["state"] for intent in book.intents]
    return {
        "intents": len(states),
        "refunds": len(book.refunds),
        "refused": states.count("refused"),
        "approved": len([intent for intent in book.intents if intent["approved_by"]]),
        "sent": len([post for post in book.posts if post["path"].endswith("/refunds")]),
    }


def _terminal_rows(database_url: str) -> list[tuple[object, ...]]:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT * FROM intent WHERE state IN ('succeeded', 'refused', 'closed') ORDER BY id")
        ).all()
    engine.dispose()
    return [tuple(row) for row in rows]
