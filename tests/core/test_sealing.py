"""Secrets at rest (R53, R54)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.conftest import make_settings
from webapp.core.sealing import CannotUnseal, fingerprint, reseal, seal, unseal
from webapp.core.settings import Settings

SECRET = SecretStr("a-webhook-secret-that-nobody-may-read")
NEW_KEY = "00112233445566778899aabbccddeeff" * 2


@pytest.fixture
def keys(tmp_path: Path) -> Settings:
    return make_settings("http://127.0.0.1:1", "sqlite://", tmp_path)


@pytest.mark.requirement("R53")
def test_what_is_sealed_shows_nothing_and_comes_back(keys: Settings) -> None:
    sealed = seal(keys, SECRET)
    assert SECRET.get_secret_value() not in sealed
    assert seal(keys, SECRET) != sealed, "the same secret twice does not look the same"
    assert unseal(keys, sealed) == SECRET


def test_a_changed_seal_is_refused(keys: Settings) -> None:
    sealed = seal(keys, SECRET)
    broken = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    with pytest.raises(CannotUnseal):
        unseal(keys, broken)


def test_keys_are_changed_without_losing_a_secret(keys: Settings) -> None:
    sealed = seal(keys, SECRET)
    old = keys.seal_key.get_secret_value()
    both = keys.model_copy(update={"seal_key": SecretStr(NEW_KEY), "seal_old_keys": SecretStr(f"{old}, ")})
    new_only = both.model_copy(update={"seal_old_keys": SecretStr("")})
    assert unseal(both, sealed) == SECRET
    with pytest.raises(CannotUnseal):
        unseal(new_only, sealed)
    assert unseal(new_only, reseal(both, sealed)) == SECRET


def test_fingerprints_tell_secrets_apart_by_a_key(keys: Settings) -> None:
    mark = fingerprint(keys, SECRET)
    assert len(mark) == 16
    assert mark == fingerprint(keys, SECRET) != fingerprint(keys, SecretStr("another"))
    assert mark != fingerprint(keys.model_copy(update={"seal_key": SecretStr(NEW_KEY)}), SECRET)
