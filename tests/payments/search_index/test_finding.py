"""What is typed finds the order, on both engines; and what finds it without the right to open personal data."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .index import NOON, Index, order, person, read, refund

FATIMA = person("Fatima", "Al-Hashimi", email="fatima.h@shop.example", phone="+971 50 123 4567", city="Abu Dhabi")
ABAYA = [{"reference": "SKU-0042", "name": "Black abaya, embroidered", "unit_price": 65000, "qty": 1}]
CODE = [{"code": "EID-26", "amount": 100}]

EVERYBODY = (
    *("ORDER-10487", "order-10487", "10487", "#10487", "0010487", "order 10487"),
    *("refund-77", "REFUND77", "SKU-0042", "sku-42", "abaya", "Embroidered", "abu dhabi", "abaya dhabi"),
    *("fatima.h@shop.example", "Fatima.H@Shop.Example", "<fatima.h@shop.example>"),
    *("+971 50 123 4567", "0501234567", "00971501234567", "٠٥٠١٢٣٤٥٦٧", "050-123-4567", "971501234567"),
)
WITH_RIGHT = (
    *("Fatima", "fatima", "FAT", "fati", "hashimi", "al-hashimi", "Fátima", "Fatima hashimi", "fatima 0501234567"),
    *("fatima.h", "4567", "1234567", "123 4567", "eid-26", "Fatima, +971 50 123 4567", "fatima abaya"),
)
NOBODY = ("Fa", "atima", "1234", "0521234567", "+966501234567", "fatima.h@other.example", "h@shop.example", "999", "")
ENDS_OF_A_PHONE = ("0-0004567", "0 0004567", "00000004567", "0-1234567", "0 1 234 567", "01234567", "10501234567")
"""As long as a whole number, and yet only its end."""


@pytest.fixture
def shop(index: Index) -> Index:
    told = order("ORDER-10487", items=ABAYA, discounts=CODE, **FATIMA)
    index.keep(
        read(told, [refund("refund-77")]),
        read(order("other", created=NOON + timedelta(1), **person("Omar", "Khan", email="omar@shop.example"))),
    )
    return index


def test_whoever_may_open_personal_data_finds_by_all_of_it(shop: Index) -> None:
    missed = [typed for typed in EVERYBODY + WITH_RIGHT if shop.find(typed) != ["ORDER-10487"]]
    assert missed == []


def test_without_the_right_no_name_and_no_number_can_be_spelled_out(shop: Index) -> None:
    missed = [typed for typed in EVERYBODY if shop.find(typed, may_open=False) != ["ORDER-10487"]]
    told = [typed for typed in WITH_RIGHT + ENDS_OF_A_PHONE if shop.find(typed, may_open=False)]
    assert (missed, told) == ([], [])


def test_nothing_else_finds_it(shop: Index) -> None:
    assert [typed for typed in NOBODY if "ORDER-10487" in shop.find(typed)] == []


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("أحمد", "احمد"), ("احمد", "أَحْمَد"), ("إبراهيم", "ابراهيم"), ("آمنة", "امنه"), ("هناء", "هنا"),
        ("فاطمة الهاشمي", "هاشمي"), ("فاطمة الهاشمي", "الهاشمي"), ("فاطمة", "فاط"), ("رؤى", "روي"), ("محمـــد", "محمد"),
        ("José", "jose"), ("Đặng", "dang"), ("O'Brien", "obrien"), ("O’Brien", "O'Brien"), ("Zoë", "ZOE"),
        ("ＦＡＴＩＭＡ", "fatima"), ("Müller", "muller"), ("Straße", "strasse"), ("王 小明", "小明"),
    ],
)  # fmt: skip
def test_a_name_is_found_in_its_other_spellings(index: Index, kept: str, typed: str) -> None:
    index.keep(read(order("one", **person(kept))))
    assert index.find(typed) == ["one"]


@pytest.mark.parametrize("typed", ["4711", "#4711", "04711", "4711-65FABC0DE1234", "65fabc0de1234"])
def test_an_id_is_found_without_what_a_shop_adds(index: Index, typed: str) -> None:
    index.keep(read(order("4711-65fabc0de1234")), read(order("4712-65fabc0de9999")))
    assert index.find(typed, may_open=False) == ["4711-65fabc0de1234"]


def test_the_newest_comes_first_and_accounts_are_apart(index: Index) -> None:
    for number in (2, 1, 3):
        index.keep(read(order(f"order-{number}", created=NOON + timedelta(hours=number), **FATIMA)))
    index.keep(read(order("theirs", **FATIMA)), account="second")
    assert index.find("fatima") == ["order-3", "order-2", "order-1"]
    assert index.find("fatima", account="second") == ["theirs"]


def test_many_orders_of_one_second(index: Index) -> None:
    index.keep(*(read(order(f"order-{number}", **FATIMA)) for number in range(30)))
    assert len(index.find("fatima")) == 30
    assert index.keep(*(read(order(f"order-{number}", **FATIMA), at=9) for number in range(30))) == 0
