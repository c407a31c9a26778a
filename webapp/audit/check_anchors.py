"""Checks the anchors of an audit log without the desk: python check_anchors.py PUBLIC_KEY ANCHORS [EXPORT].

PUBLIC_KEY is what `audit public-key` prints. ANCHORS has one JSON object a line. What is signed (Ed25519) is one line,
`postpay desk audit anchor N`, with N the object's `version` (1 where it has none), its line feed, and then the object
without `signature` as ASCII JSON, keys sorted, no blanks. EXPORT is what `audit export` writes: entries as JSON lines.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def signed(line: str, key: Ed25519PublicKey) -> dict[str, Any] | None:
    """The anchor of a line; None where the key did not sign it."""
    try:
        anchor = json.loads(line)
        signature = base64.b64decode(anchor.pop("signature"), validate=True)
        text = json.dumps(anchor, sort_keys=True, separators=(",", ":"))
        key.verify(signature, f"postpay desk audit anchor {anchor.get('version', 1)}\n{text}".encode())
    except (InvalidSignature, ValueError, KeyError, AttributeError, TypeError):
        return None
    return {"epoch": 1, **anchor}


def main(public_key: str, path: str, export: str | None = None) -> int:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    lines = [line for line in Path(path).read_text(encoding="ascii").splitlines() if line.endswith("}")]
    found = [signed(line, key) for line in lines]
    faults = [f"line {number} was not signed by this key" for number, one in enumerate(found, 1) if one is None]
    anchors = [one for one in found if one]
    gaps = [one for one in anchors if "missing_from" in one]
    for gap in gaps:
        print(f"GAP: entries {gap['missing_from']}-{gap['missing_to']} are missing since {gap['written']}")
    known: dict[tuple[int, int], str] = {}
    for one in anchors:
        if known.setdefault((one["epoch"], one["seq"]), one["hash"]) != one["hash"]:
            faults.append(f"two anchors of entry {one['seq']} disagree")
    exported = Path(export).read_text(encoding="utf-8").splitlines() if export else []
    there = {entry["seq"]: entry for entry in map(json.loads, exported) if "seq" in entry}
    for seq, one in there.items():
        if seq - 1 in there and one["prev_hash"] != there[seq - 1]["hash"]:
            faults.append(f"entry {seq} does not follow the one before")
    for (epoch, seq), entry_hash in known.items():
        is_lost = any(gap["epoch"] > epoch and gap["missing_from"] <= seq <= gap["missing_to"] for gap in gaps)
        if there and not is_lost and seq >= min(there) and there.get(seq, {}).get("hash") != entry_hash:
            faults.append(f"entry {seq} is not the one that was anchored, or not in the export")
    print("\n".join(faults) if faults else f"ok: {len(anchors)} anchors, {len(there)} entries")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
