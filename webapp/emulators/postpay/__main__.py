"""Starts the emulator of Postpay as a process of its own; ends on SIGTERM and SIGINT."""

from __future__ import annotations

import argparse
import sys

from webapp.emulators.kit import command

from .server import MERCHANT_ID, SECRET_KEY, Sandbox


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m webapp.emulators.postpay", description=__doc__)
    command.add_options(parser)
    parser.add_argument("--orders", type=int, default=500, help="made up for each merchant (default: %(default)s)")
    parser.add_argument(
        "--credentials",
        type=_credentials,
        help="MERCHANT:SECRET[,MERCHANT:SECRET…], each a merchant with own data, or - to read them from standard input "
        f"(default: {MERCHANT_ID}:{SECRET_KEY})",
    )
    options = parser.parse_args()
    greeting = f"Sandbox of the Postpay API on {{}} ({options.orders} orders)"
    command.serve(parser, Sandbox(**vars(options)), host=options.host, port=options.port, greeting=greeting)


def _credentials(text: str) -> list[tuple[str, str]]:
    text = sys.stdin.read().strip() if text == "-" else text
    pairs = [pair.partition(":") for pair in text.split(",") if pair.strip()]
    if not pairs or not all(merchant and secret for merchant, _, secret in pairs):
        raise argparse.ArgumentTypeError("give MERCHANT:SECRET[,MERCHANT:SECRET…]")
    return [(merchant.strip(), secret.strip()) for merchant, _, secret in pairs]


if __name__ == "__main__":
    main()
