"""What is done about webhooks when nobody is looking: open changes are looked into, rotations go on by themselves."""

from __future__ import annotations

from ..accounts import Account
from ..gateways.postpay.client import PostpayClient
from ..settings import Settings
from .check_hook_changes import check_due
from .continue_rotations import continue_rotations
from .rotate_hook import Rotating


def settle_hooks(account: Account, client: PostpayClient, settings: Settings) -> int:
    """One round for an account; returns how many things it worked on. Raises GatewayError."""
    looked = check_due(account, client, settings)
    return looked + continue_rotations(Rotating(client, account, 0, settings), account)
