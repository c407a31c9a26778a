"""The code that a shop is given accepts what the provider signs."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import time
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

from tests.browser import Browser
from tests.webhooks.at_provider import Hooks

BODY = '{"event": "order", "data": "ü"}'.encode()
NODE = str(compute_driver_executable()[0])
ASK = {
    "Python": "\nimport sys, json\nheaders = json.loads(sys.argv[1])\n"
    "print(json.dumps([is_from_postpay(sys.argv[2].encode(), one) for one in headers]))",
    "Node": "\nconst [headers, body] = process.argv.slice(2);\nconsole.log(JSON.stringify("
    "JSON.parse(headers).map((one) => isFromPostpay(Buffer.from(body), one))));",
}
COMMANDS = {"Python": "python3", "Node": NODE}


def digest(secret: str, text: bytes = BODY) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def timed(secret: str, moment: int) -> str:
    return f"{moment}:{digest(secret, b'%d:' % moment + BODY)}"


def verdicts(title: str, file: Path, headers: list[str], **secrets: str) -> list[bool]:
    """What a snippet says of each signature, in a shop that knows these secrets."""
    environ = {f"POSTPAY_HOOK_SECRET_{name}": secret for name, secret in secrets.items()}
    run = [COMMANDS[title], str(file), json.dumps(headers), BODY.decode()]
    done = subprocess.run(run, env=environ | {"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def test_the_snippets_take_either_secret_in_both_forms_and_nothing_else(
    adam: Browser, hooks: Hooks, tmp_path: Path
) -> None:
    adam.open(f"/demo/hooks/{hooks.make()}/rotate")
    adam.submit("Make the second webhook")
    codes = {
        details.find("summary").get_text(strip=True): details.find("code").get_text()  # type: ignore[union-attr]
        for details in adam.page.select(".snippets details")
    }
    assert list(codes) == ["PHP", "Python", "Node"]
    moment = int(time.time())
    old, new = [digest("old"), timed("old", moment)], [digest("new"), timed("new", moment)]
    bad = [digest("other"), timed("new", moment - 400), f"{moment}:{digest('new')}", digest(""), "", "x"]
    for title in ASK:
        file = tmp_path / f"verify.{title}.js"
        file.write_text(codes[title] + ASK[title], encoding="utf-8")
        both = verdicts(title, file, [*old, *new, *bad], OLD="old", NEW="new")
        assert both == [True] * 4 + [False] * len(bad), title
        afterwards = verdicts(title, file, [*old, *new, *bad], NEW="new")
        assert afterwards == [False] * 2 + [True] * 2 + [False] * len(bad), title
