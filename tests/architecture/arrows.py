"""The arrows of the house that can be read off a module: each function says what a module does against one."""

from __future__ import annotations

from webapp.gateways.postpay.client import PostpayClient

from .reading import Source

GATEWAYS = "webapp.gateways"
SANDBOX = "webapp.gateways.postpay.sandbox"
HTTP_CLIENTS = ("requests", "urllib3", "httpx", "aiohttp")
OF_A_REQUEST = (
    *(f"flask.{name}" for name in ("request", "session", "flash", "has_request_context", "request_ctx")),
    "flask_login",
)
WRITING_METHODS = {name for name, method in vars(PostpayClient).items() if getattr(method, "writes", False)}


def asks_over_http(source: Source) -> set[str]:
    """1: nothing outside of the gateways asks a provider."""
    return set() if source.is_in(GATEWAYS) else source.imports_from(*HTTP_CLIENTS)


def knows_the_request(source: Source) -> set[str]:
    """2: gateways, services and money work the same in a view, a command and the worker."""
    if not source.is_in(GATEWAYS, "webapp.services", "webapp.money") or source.is_in(SANDBOX):
        return set()
    return source.imports_from(*OF_A_REQUEST)


def sandbox_knows_us(source: Source) -> set[str]:
    """3: the sandbox is an independent reading of the provider's document."""
    if not source.is_in(SANDBOX):
        return set()
    return {one for one in source.imports_from("webapp") if not Source(one, "").is_in(SANDBOX)} - {"webapp"}


def knows_the_sandbox(source: Source) -> set[str]:
    """4: production code does not know that there is a sandbox; only a command starts it."""
    if source.is_in(SANDBOX):
        return set()
    mentioned = set() if source.is_in("webapp.cli") else {text for text in source.texts if SANDBOX in text}
    return source.imports_from(SANDBOX) | mentioned


def reads_the_environment(source: Source) -> set[str]:
    """6: every setting is in one file."""
    if source.name == "webapp.settings":
        return set()
    names = {"os.environ", "os.environb", "os.getenv"}
    return names & (source.imports | source.dotted)


def knows_another_gateway(source: Source) -> set[str]:
    """7: what two providers share is seen when there are two, and moves up then."""
    own = _child_of(GATEWAYS, source.name)
    if own is None:
        return set()
    return {
        one
        for one in source.imports_from(GATEWAYS)
        if (other := _child_of(GATEWAYS, one)) not in (None, own) and other in GATEWAY_NAMES and own in GATEWAY_NAMES
    }


GATEWAY_NAMES = {"postpay", "planted"}


def moves_money_outside_of_services(source: Source) -> set[str]:
    """8: whatever changes something at the provider is a service, with its intent and its audit entries."""
    if source.is_in(GATEWAYS, "webapp.services"):
        return set()
    called = source.calls & WRITING_METHODS
    return called if source.imports_from(GATEWAYS, "webapp.provider") else set()


def knows_another_blueprint(source: Source) -> set[str]:
    """9: what two areas share is not part of either."""
    own = _child_of("webapp.blueprints", source.name)
    if own is None:
        return set()
    others = {one for one in source.imports_from("webapp.blueprints") if _child_of("webapp.blueprints", one)}
    return {one for one in others if _child_of("webapp.blueprints", one) not in (own, "shared_forms")}


def _child_of(package: str, name: str) -> str | None:
    """`postpay` for `webapp.gateways.postpay.client` of `webapp.gateways`."""
    return name.removeprefix(f"{package}.").split(".")[0] if name.startswith(f"{package}.") else None
