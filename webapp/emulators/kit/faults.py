"""Faults on order: what can go wrong between a client and the provider, one rule or a seeded mix of them at a time."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import fault_kinds
from .fault import LAG, Fault
from .messages import Answer, Refusal, Request, Shapes
from .store import Store
from .validation import MOST_WRONG, Field, Invalid, choice, key_value_pairs, record, rows, text, validate, whole

Work = Callable[[], Answer]


def seconds(value: Any) -> float:
    """A number of zero or more, with or without decimals."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Invalid("A number of at least zero is required.")
    return float(value)


FIELDS: dict[str, Field] = {
    "kind": Field(choice(*fault_kinds.KINDS)),
    "method": Field(text()),
    "path": Field(text()),
    "times": Field(whole(0)),
    "skip": Field(whole(0)),
    "seconds": Field(seconds),
    "status": Field(whole(200)),
    "code": Field(text()),
    "retry_after": Field(text()),
    "headers": Field(key_value_pairs),
    "body": Field(text()),
    "applied": Field(choice("before", "after")),
    "weight": Field(seconds),
    "rate": Field(seconds),
    "seed": Field(whole(0)),
}


class Faults:
    """All rules in force; of several that match the oldest is used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._rules: list[Fault] = []
        self._late: list[threading.Timer] = []

    def add(self, given: Any, store: Store) -> Fault:
        """A rule from its JSON; refuses with `invalid` what could not work, for a misspelt fault proves nothing.

        Reads that lag find what `store` holds now.
        """
        fault = _read(given)
        fault.id = str(next(self._numbers))
        for one in (fault, *fault.mix):
            one.past = store.copy() if one.kind == LAG else None
        with self._lock:
            self._rules.append(fault)
        return fault

    def rules(self) -> list[Fault]:
        with self._lock:
            return list(self._rules)

    def remove(self, fault_id: str | None = None) -> bool:
        """One rule, or all; late commits under way still happen."""
        with self._lock:
            kept = [fault for fault in self._rules if fault_id is not None and fault.id != fault_id]
            gone = [fault for fault in self._rules if fault not in kept]
            self._rules = kept
        for fault in (one for rule in gone for one in (rule, *rule.mix)):
            if fault.past:
                fault.past.close()
        return bool(gone)

    def pick(self, request: Request) -> Fault | None:
        """The fault for this request, counted as used."""
        with self._lock:
            for fault in self._rules:
                if (fault.times is not None and fault.used >= fault.times) or not fault.matches(request):
                    continue
                fault.seen += 1
                if fault.seen <= fault.skip:
                    continue
                if fault.rate < 1 and fault.dice.random() >= fault.rate:
                    continue
                chosen = _draw(fault, request)
                if chosen:
                    fault.used += 1
                    return chosen
        return None

    def apply(self, fault: Fault, work: Work, shapes: Shapes) -> Answer:
        """What the client gets of its request."""
        if fault.kind == "late_commit":
            self._commit_later(fault, work)
            return fault_kinds.NOTHING if fault.status is None else fault_kinds.refuse(fault, None, shapes)
        if fault.applied == "before" and fault.seconds and fault.kind != "drip":
            time.sleep(fault.seconds)
        answer = work() if fault.applied == "after" or fault.kind in fault_kinds.WORKING else None
        if fault.applied == "after" and fault.seconds and fault.kind != "drip":
            time.sleep(fault.seconds)
        return fault_kinds.KINDS[fault.kind](fault, answer, shapes)

    def pending_commits(self) -> int:
        with self._lock:
            self._late = [timer for timer in self._late if timer.is_alive()]
            return len(self._late)

    def close(self) -> None:
        self.remove()
        with self._lock:
            for timer in self._late:
                timer.cancel()

    def _commit_later(self, fault: Fault, work: Work) -> None:
        timer = threading.Timer(fault.seconds, work)
        timer.daemon = True
        with self._lock:
            self._late = [timer for timer in self._late if timer.is_alive()]
            self._late.append(timer)
        timer.start()


def _draw(fault: Fault, request: Request) -> Fault | None:
    """The rule itself, or one of its mix by weight among those that match the request too."""
    if not fault.mix:
        return fault
    fitting = [part for part in fault.mix if part.matches(request)]
    if not fitting:
        return None
    chosen = fault.dice.choices(fitting, [part.weight for part in fitting])[0]
    chosen.used += 1
    return replace(chosen, id=fault.id)


def _read(given: Any) -> Fault:
    """A rule from its JSON, or a mix of rules, with the defaults of its kind."""
    known = validate(given, {**FIELDS, "mix": Field(rows(record(FIELDS), empty=False))})
    _refuse_unknown(given, {*FIELDS, "mix"})
    for part in given.get("mix") or []:
        _refuse_unknown(part, {*FIELDS})
    parts = [_rule(part) for part in known.pop("mix", None) or []]
    if not all(fault.kind for fault in parts) or not (parts or known.get("kind")):
        raise Refusal("invalid", fields={"kind": ["A fault has a kind, or a mix of faults."]})
    return _rule({**known, "mix": parts})


def _refuse_unknown(given: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(given.keys() - known):
        raise Refusal("invalid", fields={name: ["There is no such field."] for name in unknown[:MOST_WRONG]})


def _rule(known: dict[str, Any]) -> Fault:
    values = {name: value for name, value in known.items() if value is not None}
    return Fault(**{"applied": "after" if values.get("kind") in fault_kinds.LATE else "before", **values})
