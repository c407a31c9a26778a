"""What something may cost: a limit far above what is needed, and far below what an attack used to cost."""

from __future__ import annotations

import time
import tracemalloc

SECONDS = 8
BYTES = 100 * 2**20


class Budget:
    """Fails when what is done in it took too long, or too much memory at a time."""

    def __enter__(self) -> Budget:
        tracemalloc.start()
        self.began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        spent, (_, peak) = time.monotonic() - self.began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert spent < SECONDS
        assert peak < BYTES
