"""What import-linter cannot see: each function says what a module does against one rule of the house.

Every rule holds for all providers and emulators that there are; none names one.
"""

from __future__ import annotations

from importlib import import_module

from .reading import ROOT, Source

HTTP_CLIENTS = ("requests", "urllib3", "httpx", "aiohttp")
OF_A_REQUEST = (
    *(f"flask.{name}" for name in ("request", "session", "flash", "has_request_context", "request_ctx")),
    "flask_login",
)
WITHOUT_A_REQUEST = tuple(
    f"webapp.{name}"
    for name in (
        *("version", "money", "calendar", "fees", "models", "audit", "providers", "operations", "jobs"),
        *("payments", "settlement", "webhooks", "lists"),
    )
)
SHARED_BY_PROVIDERS = {"http"}
"""Folders in webapp/providers that are no provider."""


def folders(package: str) -> set[str]:
    """The packages directly inside of one: `postpay` of `webapp.emulators`."""
    return {path.parent.name for path in ROOT.joinpath(*package.split(".")).glob("*/__init__.py")}


PROVIDERS = folders("webapp.providers") - SHARED_BY_PROVIDERS


def clients() -> list[type]:
    """The client class of each provider: what its `client.py` defines and calls a client."""
    modules = [import_module(f"webapp.providers.{name}.client") for name in sorted(PROVIDERS)]
    return [
        value
        for module in modules
        for name, value in vars(module).items()
        if name.endswith("Client") and value.__module__ == module.__name__
    ]


def writing_methods(client: type) -> set[str]:
    """What changes something at the provider, also where a part of the client does it."""
    return {name for name in dir(client) if getattr(getattr(client, name), "writes", False)}


WRITING_METHODS = {name for client in clients() for name in writing_methods(client)}
MAY_WRITE = ("webapp.providers", "webapp.operations")


def asks_over_http(source: Source) -> set[str]:
    """1: one folder speaks HTTP, whoever the provider is."""
    return set() if source.is_in("webapp.providers.http", "webapp.emulators") else source.imports_from(*HTTP_CLIENTS)


def knows_the_request(source: Source) -> set[str]:
    """2: what lies below the screen works the same in a view, a command and the worker."""
    return source.imports_from(*OF_A_REQUEST) if source.is_in(*WITHOUT_A_REQUEST) else set()


def names_an_emulator(source: Source) -> set[str]:
    """3: only a command starts an emulator, by its name; import-linter sees who imports one."""
    if source.is_in("webapp.emulators", "webapp.ops.cli"):
        return set()
    return {text for text in source.texts if "webapp.emulators" in text}


def reads_the_environment(source: Source) -> set[str]:
    """4: every setting is in one file."""
    if source.name == "webapp.core.environment":
        return set()
    names = {"os.environ", "os.environb", "os.getenv"}
    return names & (source.imports | source.dotted)


def writes_at_a_provider(source: Source) -> set[str]:
    """5: whatever changes something at a provider is an operation, with its intent and its audit entries."""
    if source.is_in(*MAY_WRITE, "webapp.emulators"):
        return set()
    return source.calls & WRITING_METHODS


def knows_another_area(source: Source) -> set[str]:
    """6: what two areas of the screen share is not part of either."""
    own = area_of(source.name)
    if own is None:
        return set()
    return {one for one in source.imports_from("webapp.web") if area_of(one) not in (None, own)}


def area_of(name: str) -> str | None:
    """`orders` for `webapp.web.orders.views`; None for what is directly in webapp/web."""
    child = name.removeprefix("webapp.web.").split(".")[0] if name.startswith("webapp.web.") else None
    return child if child in AREAS else None


AREAS = folders("webapp.web")


def imports_inside_a_function(source: Source) -> set[str]:
    """7: an import inside of a function hides an arrow. `create_app` has them so that emulators start without Flask."""
    return set() if source.name == "webapp" else source.inner_imports
