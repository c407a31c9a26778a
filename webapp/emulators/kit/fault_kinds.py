"""The kinds of faults: what each makes of the answer, or of none where the work was not done."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .fault import LAG, Fault
from .messages import HTML_TYPE, Answer, Delivery, Refusal, Shapes, as_json

NOTHING = Answer(0, delivery=Delivery.CLOSED)
PAGE = b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"
# These need an answer to work on, so the work is always done.
WORKING = ("latency", "drop_after", "drip", "wrong_id", "wrong_amount", LAG)
# These spoil an answer after the work unless told otherwise; all others come before it.
LATE = ("drop_after", "drip", "wrong_id", "wrong_amount", "malformed", "truncated")


def refuse(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    """An error in the provider's shape, or with the body given; 429 and 503 may carry Retry-After."""
    waits = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    spoiled = shapes.refuse(Refusal(fault.code, status=fault.status or 500))
    return replace(spoiled, body=_body(fault, spoiled.body), headers={**spoiled.headers, **fault.headers, **waits})


def _body(fault: Fault, default: bytes) -> bytes:
    return default if fault.body is None else fault.body.encode()


def _as_it_is(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    assert answer is not None  # noqa: S101 - its work is always done
    return answer


def _lost(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    return NOTHING


def _reset(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    return replace(NOTHING, delivery=Delivery.RESET)


def _malformed(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    half = answer.body[: len(answer.body) // 2] if answer else b'{"id": '
    return replace(answer or Answer(200), body=_body(fault, half))


def _truncated(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    return replace(answer or Answer(200, b"{" + b" " * 998 + b"}"), delivery=Delivery.TRUNCATED)


def _html(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    return Answer(fault.status or 502, _body(fault, PAGE), HTML_TYPE, fault.headers)


def _dripped(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    assert answer is not None  # noqa: S101 - its work is always done
    return replace(answer, delivery=Delivery.DRIPPED, pause=fault.seconds or 5.0)


def _redirected(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    return Answer(fault.status or 302, b"", HTML_TYPE, {"Location": "http://127.0.0.1:9/", **fault.headers})


def _wrong_id(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    return _changed(answer, {name: f"other-{name}" for name in shapes.ids})


def _wrong_amount(fault: Fault, answer: Answer | None, shapes: Shapes) -> Answer:
    return _changed(answer, dict.fromkeys(shapes.amounts, 1))


def _changed(answer: Answer | None, wrong: dict[str, Any]) -> Answer:
    """The answer with those of the values replaced that it has; an error stays as it is."""
    assert answer is not None  # noqa: S101 - its work is always done
    data = json.loads(answer.body) if answer.body and answer.status < 400 else None
    if not isinstance(data, dict):
        return answer
    return replace(answer, body=as_json({name: wrong.get(name, value) for name, value in data.items()}))


KINDS: dict[str, Callable[[Fault, Answer | None, Shapes], Answer]] = {
    "latency": _as_it_is,
    "status": refuse,
    "drop_before": _lost,
    "drop_after": _lost,
    "late_commit": _lost,
    "reset": _reset,
    "malformed": _malformed,
    "truncated": _truncated,
    "html": _html,
    "drip": _dripped,
    "redirect": _redirected,
    "wrong_id": _wrong_id,
    "wrong_amount": _wrong_amount,
    LAG: _as_it_is,
}
