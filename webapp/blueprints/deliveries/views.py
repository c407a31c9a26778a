"""The views of the area."""

from __future__ import annotations

from . import bench_views as _bench_views  # noqa: F401 - adds the bench
from . import blueprint

__all__ = ["blueprint"]
