"""A desk process of its own in which an admin presses a button; somebody kills it on the way.

Arguments: provider, database, page, button, then the form's fields as name=value.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.conftest import PEOPLE, make_settings
from tests.people import let_in
from webapp import create_app

if __name__ == "__main__":
    base_url, path, page, button, *fields = sys.argv[1:]
    adam = let_in(create_app(make_settings(base_url, f"sqlite:///{path}", Path(path).parent)), PEOPLE["admin"][0])
    adam.open(page)
    adam.submit(button, **dict(field.split("=", 1) for field in fields))
