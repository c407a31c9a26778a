"""Orders change, readings come late, keys are replaced: the index tells the newest, and none of its words."""

from __future__ import annotations

from sqlalchemy import func, select

from webapp.core.database import writing
from webapp.core.extensions import db
from webapp.models.search import SearchKey, SearchOrder
from webapp.payments.search_index import keys, store

from .index import NOON, Index, order, person, read, refund

FATIMA = person("Fatima", "Hashimi", email="fatima@shop.example", phone="+971501234567")
NOURA = person("Noura", "Khan", email="noura@shop.example", phone="+971507654321")


def test_a_change_is_found_and_what_was_is_gone(index: Index) -> None:
    index.keep(read(order("one", **FATIMA)))
    assert index.keep(read(order("one", **NOURA), at=5)) == 1
    assert (index.find("fatima"), index.find("noura"), index.find("one")) == ([], ["one"], ["one"])


def test_a_reading_that_comes_late_changes_nothing(index: Index) -> None:
    index.keep(read(order("one", **NOURA), at=5))
    assert index.keep(read(order("one", **FATIMA), at=3)) == 0
    assert index.find("noura") == ["one"]


def test_the_same_again_writes_nothing(index: Index) -> None:
    assert index.keep(read(order("one", **FATIMA))) == 1
    assert index.keep(read(order("one", **FATIMA), at=60)) == 0


def test_refunds_stay_known_when_only_the_order_is_read(index: Index) -> None:
    index.keep(read(order("one", **FATIMA), [refund("r-1")]))
    index.keep(read(order("one", **NOURA), at=5))
    assert index.find("r-1") == ["one"]


def test_a_new_key_answers_with_the_old_one_until_all_is_renewed(index: Index) -> None:
    index.keep(*(read(order(f"o-{number}", **FATIMA)) for number in range(5)))
    with writing() as session:
        keys.add_key(session, index.settings)
    index.keep(read(order("o-9", **FATIMA)))
    for left in (3, 1, 0):
        assert len(index.find("fatima hashimi")) == 6
        assert index.renew(most=2) == left
    assert len(index.find("fatima hashimi")) == 6
    assert db.session.scalar(select(func.count()).select_from(SearchKey)) == 1


def test_other_rules_make_the_index_anew(index: Index) -> None:
    index.keep(read(order("one", **FATIMA)))
    index.settings = index.settings.model_copy(update={"search_prefixes": False})
    assert index.renew() == 0
    assert (index.find("fati"), index.find("fatima")) == ([], ["one"])


def test_what_is_forgotten_leaves_no_token(index: Index) -> None:
    first = read(order("one", **FATIMA))
    index.keep(first, read(order("two", **NOURA)))
    with writing(lock=store.LOCK) as session:
        assert store.forget(session, index.settings, "demo", [first]) == 1
    assert index.find("fatima") == []
    with writing(lock=store.LOCK) as session:
        assert store.forget_before(session, NOON.replace(hour=13), 10) == 1
    assert db.session.scalars(select(SearchOrder.id)).all() == []
    db.session.rollback()
    assert index.raw_tokens() == []


def test_no_word_stands_in_the_raw_database(index: Index) -> None:
    canaries = ("Qanarifatima", "canary.local", "canaryhost", "971509998877", "canarycity", "canaryware", "CANARYCODE")
    address = "canary.local@canaryhost.example"
    details = person("Qanarifatima", "X", email=address, phone="971509998877", city="canarycity")
    told = order("canaryid-1", items=[{"name": "canaryware"}], discounts=[{"code": "CANARYCODE"}], **details)
    index.keep(read(told, [refund("canaryrefund")]))
    assert index.find("qanarifatima canaryware") == ["canaryid-1"]
    raw = index.raw_bytes()
    assert raw
    folded = raw.lower()
    every = (*canaries, "canaryid", "canaryrefund", "qanari", "9998877")
    found = [one for one in every if one.lower().encode() in folded]
    assert found == []
