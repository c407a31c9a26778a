"""A device that makes and uses passkeys as a browser would bring them, and can be told to lie."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One key for one address. Each lie is given by name: `origin`, `host`, `flags`, `count`, `challenge`."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def create(self, options: dict[str, Any], **lies: Any) -> str:
        numbers = self.key.public_key().public_numbers()
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        described = bytes(16) + len(self.id).to_bytes(2) + self.id + public
        told = self._told("webauthn.create", options, lies)
        data = self._data(lies, HAS_KEY) + described
        attested = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._brought(clientDataJSON=told, attestationObject=attested)

    def use(self, options: dict[str, Any], **lies: Any) -> str:
        told, data = self._told("webauthn.get", options, lies), self._data(lies, 0)
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(SHA256()))
        return self._brought(clientDataJSON=told, authenticatorData=data, signature=signature)

    def _told(self, kind: str, options: dict[str, Any], lies: dict[str, Any]) -> bytes:
        challenge = lies.get("challenge", options["challenge"])
        told = {"type": kind, "challenge": challenge, "origin": lies.get("origin", "http://localhost")}
        return json.dumps(told).encode()

    def _data(self, lies: dict[str, Any], more: int) -> bytes:
        self.count += 1
        flags = lies.get("flags", PRESENT | VERIFIED) | more
        host = hashlib.sha256(lies.get("host", "localhost").encode()).digest()
        return host + bytes([flags]) + int(lies.get("count", self.count)).to_bytes(4)

    def _brought(self, **parts: bytes) -> str:
        name = bytes_to_base64url(self.id)
        response = {part: bytes_to_base64url(value) for part, value in parts.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
