"""A browser without scripting: follows redirects, keeps cookies, submits real forms, and polices every page."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

from tests.strict_page import StrictBuilder

ORIGIN = "http://localhost"


class Browser:
    """Reads pages as a person does: by heading, label and the words of a button."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.response: TestResponse
        self.page: BeautifulSoup

    def open(self, address: str, **kwargs: object) -> BeautifulSoup:
        """GETs an address and follows redirects."""
        return self._took(self.client.get(address, follow_redirects=True, **kwargs))  # type: ignore[arg-type]

    def send(self, address: str, fields: dict[str, object], **kwargs: object) -> BeautifulSoup:
        """POSTs raw fields, without following a redirect: for requests that no page offers."""
        headers = {"Referer": ORIGIN + address, **kwargs.pop("headers", {})}  # type: ignore[dict-item]
        return self._took(self.client.post(address, data=fields, headers=headers, **kwargs))  # type: ignore[arg-type]

    def follow(self, words: str) -> BeautifulSoup:
        """Clicks the link with these words."""
        link = next(a for a in self.page.find_all("a", href=True) if words == _words(a) or words in _words(a))
        return self.open(str(link["href"]))

    def form(self, button: str) -> Tag:
        """The form that holds the button with these words."""
        for form in self.page.find_all("form"):
            if any(words.startswith(button) for words in map(_words, form.find_all("button"))):
                return form
        raise AssertionError(f"no button «{button}» on the page:\n{self.words}")

    def submit(self, button: str, **fields: object) -> BeautifulSoup:
        """Fills in the form of a button and presses it; hidden and untouched fields go along as they are."""
        form = self.form(button)
        values: dict[str, object] = {**form_values(form), **fields}
        pressed = next(b for b in form.find_all("button") if _words(b).startswith(button))
        if pressed.get("name"):
            values[str(pressed["name"])] = str(pressed.get("value", ""))
        action = str(pressed.get("formaction") or form.get("action") or self.address)
        if str(form.get("method", "get")).lower() == "get":
            return self._took(self.client.get(action, query_string=values, follow_redirects=True))
        headers = {"Referer": ORIGIN + self.address}
        return self._took(self.client.post(action, data=values, headers=headers, follow_redirects=True))

    @property
    def address(self) -> str:
        """Path and query of the page that is shown."""
        request = self.response.request
        return request.full_path.rstrip("?") if request.query_string else request.path

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def words(self) -> str:
        """All text a person can read on the page, single blanks."""
        return _words(self.page)

    @property
    def heading(self) -> str:
        return _words(self.page.find("h1"))

    def _took(self, response: TestResponse) -> BeautifulSoup:
        self.response = response
        text = response.get_data(as_text=True)
        if response.mimetype == "text/html" and text:
            self.page = police(text)
        else:
            self.page = BeautifulSoup(text, "html5lib")
        return self.page


def form_values(form: Tag) -> dict[str, object]:
    """What a browser would send for a form that nobody touched."""
    values: dict[str, object] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name, kind = field.get("name"), field.get("type", "text")
        if not name or field.has_attr("disabled") or kind in ("submit", "button"):
            continue
        if kind in ("radio", "checkbox") and not field.has_attr("checked"):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            values[str(name)] = str(chosen.get("value", _words(chosen))) if chosen else ""
        else:
            values[str(name)] = field.get_text() if field.name == "textarea" else str(field.get("value", ""))
    return values


def police(text: str) -> BeautifulSoup:
    """Every page: well-formed, one h1, unique ids, labelled fields, nothing inline, forms with their token."""
    whole = text.lstrip().lower().startswith("<!doctype")
    page = BeautifulSoup(text, builder=StrictBuilder()) if whole else BeautifulSoup(text, "html5lib")
    tags = [node for node in page.descendants if isinstance(node, Tag)]
    if whole:
        assert len([tag for tag in tags if tag.name == "h1"]) == 1, "a page has one h1"
        assert page.title is not None, "a page has a title"
        assert _words(page.title), "the title says something"
    ids = [str(tag.attrs["id"]) for tag in tags if "id" in tag.attrs]
    assert len(ids) == len(set(ids)), f"ids used twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    for tag in tags:
        assert "style" not in tag.attrs, "no inline style"
        assert tag.name != "style", "no style element"
        assert tag.name != "script" or tag.get("src"), "no inline script"
        assert not [name for name in tag.attrs if name.startswith(("on", "hx-on"))], f"no handler in {tag.name}"
    for form in [tag for tag in tags if tag.name == "form"]:
        if str(form.get("method", "get")).lower() == "post":
            assert form.find("input", attrs={"name": "csrf_token"}), "a form that changes something has a token"
    _police_labels(tags)
    return page


def _police_labels(tags: list[Tag]) -> None:
    labelled = {str(tag["for"]) for tag in tags if tag.name == "label" and tag.has_attr("for")}
    for field in [tag for tag in tags if tag.name in ("input", "select", "textarea")]:
        if field.get("type") in ("hidden", "submit", "button"):
            continue
        named = field.get("aria-label") or field.get("aria-labelledby") or field.find_parent("label")
        assert named or field.get("id") in labelled, f"a field without a label: {field}"


def _words(tag: Tag | BeautifulSoup | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""
