"""Shops in Python, Node and PHP that verify deliveries with the very snippets that the desk shows.

Each is one process that lives as long as the tests: it is asked in lines of JSON, and loads the snippet anew for each
question, with the secrets in its environment and the clock that the question gives.
"""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from webapp.core.settings import ROOT

SNIPPETS = ROOT / "templates" / "hooks" / "snippets"
HERE = Path(__file__).parent
COMMANDS = {
    "python": ("python3", "-I", str(HERE / "shop.py")),
    "node": ("node", str(HERE / "shop.js")),
    "php": ("php", "-n", str(HERE / "shop.php")),
}


class Shop:
    """One language's process."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name, self.process = name, process

    def takes(self, header: str, body: bytes, secrets: Sequence[str], now: int) -> bool:
        """Whether the snippet calls it genuine; the header in Latin-1, as it travels."""
        asked = {
            "header": b64encode(header.encode("latin-1", "replace")).decode(),
            "body": b64encode(body).decode(),
            "secrets": [*secrets, None, None][:2],
            "now": now,
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer in ("true\n", "false\n"), f"{self.name} says {answer!r} of {header[:100]!r}"
        return answer == "true\n"


@contextmanager
def open_shops() -> Iterator[list[Shop]]:
    """A shop in each language of the snippets."""
    with ExitStack() as stack:
        shops = []
        for name, command in COMMANDS.items():
            run = [*command, str(SNIPPETS / f"{name}.txt")]
            process = subprocess.Popen(
                run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin"}
            )
            stack.enter_context(process)
            shops.append(Shop(name, process))
        yield shops
