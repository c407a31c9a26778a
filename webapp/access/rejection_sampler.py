"""How many refusals of strangers become audit entries: enough to see an attempt, too few to fill the log for ever."""

from __future__ import annotations

import time
from collections import deque

ENTRIES_A_MINUTE = 5
MOST_ADDRESSES = 1000


class RejectionSampler:
    """Counts in one process, by address. With very many addresses at once, new ones get no entry either."""

    def __init__(self) -> None:
        self._moments: dict[str, deque[float]] = {}

    def is_worth_an_entry(self, address: str) -> bool:
        """Whether the address had fewer than `ENTRIES_A_MINUTE` entries in the last minute; counts this one."""
        moment = time.monotonic()
        if address not in self._moments and len(self._moments) >= MOST_ADDRESSES:
            self._moments = {one: kept for one, kept in self._moments.items() if moment - kept[-1] < 60}
            if len(self._moments) >= MOST_ADDRESSES:
                return False
        moments = self._moments.setdefault(address, deque(maxlen=ENTRIES_A_MINUTE))
        if len(moments) == ENTRIES_A_MINUTE and moment - moments[0] < 60:
            return False
        moments.append(moment)
        return True
