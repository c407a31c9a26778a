"""How the pages of the checks read."""

from __future__ import annotations

from tests.browser import Browser


def ids_in(browser: Browser) -> list[str]:
    """What stands in the first column of the list on the page, from top to bottom."""
    return [cell.get_text() for cell in browser.page.select("table td.at-start bdi")]
