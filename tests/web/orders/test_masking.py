"""Masked personal data tells a customer on the phone apart, and nobody anything more."""

from __future__ import annotations

import pytest

from webapp.presentation.masking import HIDDEN, mask_email, mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("John Doe", "J. D."),
        ("فاطمة المنصوري", "ف. ا."),
        ("Ann-Marie van der Berg Smith", "A. v. d. B."),
        ("X", "•"),
        ("<b>x</b> Doe", "• D."),
        ("  ", ""),
    ],
)
def test_a_name_becomes_initials(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("john@postpay.io", "j•••@p•••.io"),
        ("jo.hn+x@mail.example.co", "j•••@m•••.co"),
        ("a@b.c", HIDDEN),
        ("not an address", HIDDEN),
        ("john@localhost", HIDDEN),
        ("@example.com", HIDDEN),
        ("john@10.0.0.1", HIDDEN),
    ],
)
def test_an_email_address_keeps_first_letters_and_its_ending(email: str, masked: str) -> None:
    assert mask_email(email) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+971 50 199 8853", "+971 •• ••• ••53"),
        ("+971501998853", "+971•••••••53"),
        ("050 199 8853", "••• ••• ••53"),
        ("+٩٧١ ٥٠ ١٩٩ ٨٨٥٣", "+٩٧١ •• ••• ••٥٣"),
        ("800 239", HIDDEN),
        ("ask for John 050 199 8853", HIDDEN),
        ("+9715", HIDDEN),
    ],
)
def test_a_phone_keeps_its_country_and_two_digits(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked
