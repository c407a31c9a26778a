"""Starts the emulator of PayPro as a process of its own; ends on SIGTERM and SIGINT."""

from __future__ import annotations

import argparse

from webapp.emulators.kit import command

from .server import API_KEY, Sandbox


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m webapp.emulators.paypro", description=__doc__)
    command.add_options(parser, port=8902)
    parser.add_argument("--payments", type=int, default=500, help="made up for each account (default: %(default)s)")
    parser.add_argument(
        "--key",
        action="append",
        dest="keys",
        type=_key,
        help=f"an API key; given again, another account with own data (default: {API_KEY})",
    )
    options = parser.parse_args()
    greeting = f"Sandbox of the PayPro API on {{}} ({options.payments} payments)"
    command.serve(parser, Sandbox(**vars(options)), host=options.host, port=options.port, greeting=greeting)


def _key(text: str) -> str:
    if not text.startswith("pp_") or not text.isascii() or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError("a key begins with pp_ and has no spaces")
    return text


if __name__ == "__main__":
    main()
