"""What the clients of all providers have in common: one account, its connections, and whether anybody answers there."""

from __future__ import annotations

from datetime import timedelta

from .transport import Reach, Transport, TransportSettings


class AccountClient:
    """Speaks for one account. Thread-safe; keeps its connections, so keep it."""

    def __init__(self, reach: Reach, settings: TransportSettings, *, accept: str) -> None:
        self._name = reach.account
        self._transport = Transport(reach, settings, accept=accept)
        self._deadline = settings.deadline

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name})"

    @property
    def breaker_open(self) -> bool:
        """Whether calls are being stopped because the provider has not been answering."""
        return self._transport.breaker_open

    @property
    def clock_skew(self) -> timedelta | None:
        """The provider's clock minus ours, to the second, as last seen; None before the first answer."""
        return self._transport.clock_skew

    def close(self) -> None:
        """Lets kept connections go."""
        self._transport.close()
