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
from tests.hooks.at_provider import Hooks


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
    body, moment = '{"event": "order", "data": "ü"}'.encode(), int(time.time())

    def digest(secret: str, text: bytes) -> str:
        return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()

    good = [digest(secret, body) for secret in ("old", "new")]
    good += [f"{moment}:{digest(secret, b'%d:' % moment + body)}" for secret in ("old", "new")]
    late = moment - 400
    bad = [digest("other", body), f"{late}:{digest('new', b'%d:' % late + body)}", "", "x", f"{moment}:{good[0]}"]
    environ = {"POSTPAY_HOOK_SECRET_NEW": "new", "POSTPAY_HOOK_SECRET_OLD": "old"}
    ask = {
        "Python": "\nimport sys, json\nheaders = json.loads(sys.argv[1])\n"
        "print(json.dumps([is_from_postpay(sys.argv[2].encode(), one) for one in headers]))",
        "Node": "\nconst [headers, body] = process.argv.slice(2);\nconsole.log(JSON.stringify("
        "JSON.parse(headers).map((one) => isFromPostpay(Buffer.from(body), one))));",
    }
    node = str(compute_driver_executable()[0])
    for title, command in (("Python", ["python3"]), ("Node", [node])):
        file = tmp_path / f"verify.{title}.js"
        file.write_text(codes[title] + ask[title], encoding="utf-8")
        run = [*command, str(file), json.dumps(good + bad), body.decode()]
        done = subprocess.run(run, env=environ | {"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == [True] * len(good) + [False] * len(bad), title
