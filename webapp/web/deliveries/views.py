"""The views of the area."""

from __future__ import annotations

from . import bench_views as _bench_views  # noqa: F401 - adds the bench
from . import blueprint
from . import forward_views as _forward_views  # noqa: F401 - adds forwarding
from . import log_views as _log_views  # noqa: F401 - adds the log
from . import receiver_views as _receiver_views  # noqa: F401 - adds receiving
from . import replay_views as _replay_views  # noqa: F401 - adds replays

__all__ = ["blueprint"]
