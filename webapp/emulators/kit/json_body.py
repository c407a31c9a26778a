"""A request's body as JSON."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from .messages import Refusal, Request

MAX_DEPTH = 40
JSON_TYPE = re.compile(r"application/(json|[\w.\-]+\+json)")


def read_json(request: Request) -> Any:
    """The body as JSON; an empty one counts as `{}`. Refuses with `parse_error` or `unsupported_media_type`."""
    if request.oversized:
        raise Refusal("parse_error", message="The body is too large.")
    if not request.body:
        return {}
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not JSON_TYPE.fullmatch(content_type):
        raise Refusal("unsupported_media_type")
    return parse_json(request.body)


def parse_json(body: bytes) -> Any:
    """Strict JSON: no NaN, nothing infinite, no lone surrogates, at most 40 deep. A repeated key: the last wins."""
    try:
        text = body.decode()
        data = json.loads(text, parse_constant=_no_constant)
        if _depth(data) > MAX_DEPTH:
            raise ValueError("nested too deep")
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refusal("parse_error") from error
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _depth(data: Any) -> int:
    """How deep the data is nested, without recursion; stops counting where it is too deep anyway."""
    level, depth = [data], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        inside = [
            list(part.values()) if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)
        ]
        level = [value for values in inside for value in values if isinstance(value, dict | list)]
    return depth
