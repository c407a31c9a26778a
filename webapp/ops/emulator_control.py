"""What the desk asks of the emulator that `flask up` runs, beside the provider's API: its control prefix."""

from __future__ import annotations

import http.client
import json
from typing import Any

from webapp.core.accounts import Account

CONTROL = "/_sandbox"
PATIENCE = 10.0


class NoEmulator(Exception):
    """Nothing that answers there is the emulator; the text says what was found."""


def ask_emulator(account: Account, method: str, path: str, body: Any = None) -> None:
    """One call of the control prefix, for the account's merchant. Raises NoEmulator."""
    port = account.base_url.port
    connection = http.client.HTTPConnection("127.0.0.1", port or 0, timeout=PATIENCE)
    target = f"{CONTROL}{path}?merchant={account.merchant_id}"
    try:
        connection.request(
            method, target, None if body is None else json.dumps(body), {"Content-Type": "application/json"}
        )
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        raise NoEmulator(f"no emulator answers on port {port}; is `make run` running?") from None
    finally:
        connection.close()
    if status != 200:
        raise NoEmulator(f"what answers on port {port} is not the emulator (it said {status})")
