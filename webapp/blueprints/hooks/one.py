"""What the pages of one webhook share."""

from __future__ import annotations

from ...accounts import Account
from ...database import release
from ...models.hook_change import HookChange
from ...models.rotation import Rotation
from ...services.open_hook_change import open_change_of, open_rotation_of


def unfinished_of(account: Account, hook_id: str) -> tuple[HookChange | None, Rotation | None]:
    """The change whose outcome is not known yet, and the rotation that is open."""
    found = open_change_of(account, hook_id), open_rotation_of(account, hook_id)
    release()
    return found
