"""Which role on which account a value of the OpenID provider's claim gives: the first that fits an account counts."""

from __future__ import annotations

import json
from typing import Literal

OidcRoles = dict[str, dict[str, Literal["viewer", "agent", "finance", "auditor", "admin"]]]


def read_oidc_roles(value: object) -> object:
    """The setting's JSON. Raises ValueError."""
    if not isinstance(value, str):
        return value
    try:
        read = json.loads(value)
    except ValueError:
        read = None
    if not isinstance(read, dict) or not all(isinstance(one, dict) for one in read.values()):
        raise ValueError('is not of the form {"desk-finance": {"*": "finance"}, "dubai": {"dubai": "agent"}}')
    return read
