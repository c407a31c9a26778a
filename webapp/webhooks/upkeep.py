"""What is done about webhooks when nobody is looking: open changes are looked into, rotations go on by themselves."""

from __future__ import annotations

from webapp.core.accounts import Account
from webapp.core.settings import Settings
from webapp.providers.postpay.client import PostpayClient

from .endpoints.prepared import forget_old_prepared
from .endpoints.twins import check_due
from .rotation.proceed import continue_rotations
from .rotation.steps import Rotating


def settle_hooks(account: Account, client: PostpayClient, settings: Settings) -> int:
    """One round for an account; returns how many things it worked on. Raises GatewayError."""
    forget_old_prepared(account)
    looked = check_due(account, client, settings)
    return looked + continue_rotations(Rotating(client, account, 0, settings), account)
