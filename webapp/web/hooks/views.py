"""All views of the area."""

from __future__ import annotations

from . import blueprint
from . import change_views as _change_views  # noqa: F401 - what became of a change
from . import edit_views as _edit_views  # noqa: F401 - creating and editing
from . import list_views as _list_views  # noqa: F401 - the list and one webhook
from . import rotation_views as _rotation_views  # noqa: F401 - replacing a secret without a gap
from . import secret_views as _secret_views  # noqa: F401 - another secret in place
from . import switch_views as _switch_views  # noqa: F401 - pausing, deleting

__all__ = ["blueprint"]
