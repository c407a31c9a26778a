"""Calls side by side, each with what the request being served has in its context."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Parallel:
    """A pool of threads, made when first needed, with one for each call that may be under way."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="postpay")

    def start(self, task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Begins a task. A task must not wait for another one of the same pool."""
        return self._pool.submit(copy_context().run, lambda: task(*args, **kwargs))

    def close(self) -> None:
        self._pool.shutdown(wait=False)
