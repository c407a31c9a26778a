"""Answers for the Python snippet."""

import base64
import json
import os
import sys
import time

with open(sys.argv[1], encoding="utf-8") as file:
    SNIPPET = compile(file.read(), "snippet", "exec")

for line in sys.stdin:
    asked = json.loads(line)
    for name, secret in zip(("NEW", "OLD"), asked["secrets"], strict=True):
        os.environ.pop(f"POSTPAY_HOOK_SECRET_{name}", None)
        if secret is not None:
            os.environ[f"POSTPAY_HOOK_SECRET_{name}"] = secret
    time.time = lambda: asked["now"] + 0.75  # noqa: B023 - called before the next line
    shop: dict[str, object] = {}
    exec(SNIPPET, shop)  # noqa: S102 - the text that the desk shows
    header = base64.b64decode(asked["header"]).decode("latin-1")
    print(json.dumps(shop["is_from_postpay"](base64.b64decode(asked["body"]), header)), flush=True)  # type: ignore[operator]
