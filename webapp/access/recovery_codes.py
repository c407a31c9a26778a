"""Ten codes on paper, for whoever has lost the phone: shown once, kept as slow salted hashes, good once each (R27).

They are digits only, so that one field takes them and the six digits of an authenticator app alike.
"""

from __future__ import annotations

import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.second_factor import RecoveryCode

from . import passwords

COUNT = 10
DIGITS = 16
GROUP = 4


def new_codes() -> list[str]:
    """Ten codes, with a blank after each four digits."""
    digits = (f"{secrets.randbelow(10**DIGITS):0{DIGITS}}" for _ in range(COUNT))
    return [" ".join(one[start : start + GROUP] for start in range(0, DIGITS, GROUP)) for one in digits]


def hashed(codes: list[str]) -> list[RecoveryCode]:
    """The rows to keep, without their owner. Takes a moment: not inside `writing()`."""
    salt = secrets.token_hex(16)
    return [RecoveryCode(salt=salt, code_hash=passwords.slow_digest(code.replace(" ", ""), salt)) for code in codes]


def replace(session: Session, user_id: int, rows: list[RecoveryCode]) -> None:
    """These are somebody's codes from now on, and none before. Call inside `writing()`."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    for row in rows:
        row.user_id = user_id
    session.add_all(rows)


def digest_for(user_id: int, code: str) -> str | None:
    """What the code would be kept as; None where somebody has no codes."""
    salt = db.session.scalar(select(RecoveryCode.salt).where(RecoveryCode.user_id == user_id).limit(1))
    release()
    return passwords.slow_digest(code, salt) if salt else None


def use(session: Session, user_id: int, digest: str) -> bool:
    """Whether it was one of theirs; it is gone now. Call inside `writing()`."""
    mine = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash == digest)
    return bool(session.execute(delete(RecoveryCode).where(*mine)).rowcount)  # type: ignore[attr-defined]


def count(session: Session, user_id: int) -> int:
    """How many are left."""
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)) or 0
