"""What only reads: a thing, a list of a kind, a list of what belongs to a thing; and what all changes share."""

from __future__ import annotations

from collections.abc import Callable

from webapp.emulators.kit.messages import Answer

from . import speaking, things
from .acting import Act, acting
from .lists import answer_list
from .things import Thing
from .world import Call

Work = Callable[[Call], Answer]


def get(kind: str) -> Work:
    def work(call: Call) -> Answer:
        with call.world.store.read() as db:
            found = things.get(db, call.account, kind, call.ids[0])
            return Answer.of(speaking.speak(db, found, call.base_url))

    return work


def list_all(kind: str) -> Work:
    return lambda call: answer_list(call, kind)


def list_of(owner: str, kind: str, column: str | None = None) -> Work:
    """Things of a kind that belong to one of another kind, by the column that names it; 404 without that one."""

    def work(call: Call) -> Answer:
        with call.world.store.read() as db:
            things.get(db, call.account, owner, call.ids[0])
        return answer_list(call, kind, (column or owner, call.ids[0]))

    return work


def change(kind: str, move: Callable[[Act, Thing], object]) -> Work:
    """A change of state without a body, which is not looked at; the answer is what has become of the thing."""

    def work(call: Call) -> Answer:
        with acting(call.world) as act:
            thing = act.get(call.account, kind, call.ids[0])
            move(act, thing)
            return spoken(call, act, thing)

    return work


def spoken(call: Call, act: Act, thing: Thing, status: int = 200) -> Answer:
    return Answer.of(speaking.speak(act.db, thing, call.base_url), status)


def list_pay_methods(call: Call) -> Answer:
    """All at once, without pages."""
    details = {"ideal": [{"code": code, "name": f"Test {code}"} for code in speaking.ISSUERS]}
    rows = [
        {
            **(speaking.method(name) or {}),
            "currencies": ["EUR"],
            "minimum_amount": speaking.SMALLEST,
            "maximum_amount": speaking.LARGEST,
            "details": details.get(name),
        }
        for name in speaking.METHODS
    ]
    count = 0 if call.world.quirks.count_zero else None
    return Answer.of(speaking.envelope(rows, {"self": f"{call.base_url}/pay_methods"}, count=count))
