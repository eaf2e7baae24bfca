# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""GS1 element strings, read back by a parser that shares nothing with the writer."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling import gs1

TODAY = date(2026, 11, 22)
ALLOWED = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
FIXED = {"01": 14, "02": 14, "15": 6, "17": 6, **{f"310{n}": 6 for n in range(6)}}


def read(text):
    """What a scanner makes of an element string."""
    found = {}
    while text:
        ai = next(ai for ai in (*FIXED, "10", "37") if text.startswith(ai))
        text = text[len(ai) :]
        if ai in FIXED:
            found[ai], text = text[: FIXED[ai]], text[FIXED[ai] :]
        else:
            found[ai], _separator, text = text.partition("\x1d")
    return found


def with_check_digit(digits):
    """By the book: the digits with 3 and 1 in turn, the last one with 3."""
    weights = [3 if (len(digits) - i) % 2 else 1 for i in range(len(digits))]
    total = sum(w * int(d) for w, d in zip(weights, digits, strict=True))
    return digits + str((10 - total % 10) % 10)


@pytest.mark.parametrize("code", ["4006381333931", "96385074", "036000291452", "10012345678902"])
def test_known_codes(code):
    assert gs1.is_gtin(code)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert not gs1.is_gtin(wrong)
    with pytest.raises(gs1.Gs1Error):
        gs1.gtin(wrong)


@given(
    st.sampled_from([7, 11, 12, 13]).flatmap(
        lambda n: st.text("0123456789", min_size=n, max_size=n)
    )
)
def test_check_digits(digits):
    assert gs1.is_gtin(with_check_digit(digits))
    assert gs1.gtin(with_check_digit(digits)).data == with_check_digit(digits).zfill(14)


@given(
    st.text(ALLOWED, min_size=1, max_size=20),
    st.dates(date(1978, 1, 1), date(2076, 12, 31)),
    st.integers(1, 99_999_999),
    st.booleans(),
    st.permutations(range(4)),
)
def test_round_trip(name, day, pieces, perishable, order):
    elements = [
        gs1.content("4006381333931"),
        (gs1.use_by if perishable else gs1.best_before)(day, TODAY),
        gs1.lot(name),
        gs1.count(pieces),
    ]
    text = gs1.payload(elements[i] for i in order)
    assert read(text) == {
        "02": "04006381333931",
        "17" if perishable else "15": day.strftime("%y%m%d"),
        "10": name,
        "37": str(pieces),
    }
    assert not text.endswith("\x1d")
    assert text.count("\x1d") == 1


@given(st.integers(1, 999_999_999_999))
def test_net_weight_loses_no_more_than_it_must(micrograms):
    kilograms = Fraction(micrograms, 10**6)
    try:
        element = gs1.net_weight(kilograms)
    except gs1.Gs1Error:
        assert kilograms >= Fraction("999999.5") or kilograms < Fraction("0.000005")
        return
    decimals = int(element.ai[3])
    assert len(element.data) == 6
    assert abs(Fraction(int(element.data), 10**decimals) - kilograms) <= Fraction(
        1, 2 * 10**decimals
    )
    if decimals < 3:  # one more decimal would not fit
        assert round(kilograms * 10 ** (decimals + 1)) >= 10**6


def test_gram_exact_where_it_fits():
    assert gs1.net_weight(Fraction("0.5")) == gs1.Element("3103", "000500")
    assert gs1.net_weight(Fraction("12.345")) == gs1.Element("3103", "012345")
    assert gs1.net_volume(Fraction("0.75")) == gs1.Element("3153", "000750")
    assert gs1.net_weight(Fraction("1234.5")) == gs1.Element("3102", "123450")


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda: gs1.lot("Ä-1"), "characters"),
        (lambda: gs1.lot("L 1"), "characters"),
        (lambda: gs1.lot("A\x1dB"), "characters"),
        (lambda: gs1.lot("X" * 21), "length"),
        (lambda: gs1.lot(""), "length"),
        (lambda: gs1.gtin("12345"), "gtin"),
        (lambda: gs1.content("4006381333932"), "gtin"),
        (lambda: gs1.best_before(date(2077, 1, 1), TODAY), "date"),
        (lambda: gs1.net_weight(Fraction(0)), "measure"),
        (lambda: gs1.net_weight(Fraction(10**6)), "measure"),
        (lambda: gs1.count(0), "count"),
        (lambda: gs1.code128("x" * 49), "symbol"),
    ],
)
def test_what_cannot_be_written_is_refused(write, reason):
    with pytest.raises(gs1.Gs1Error) as caught:
        write()
    assert caught.value.reason == reason


def test_code128_starts_with_fnc1():
    text = gs1.payload([gs1.lot("A1"), gs1.count(5), gs1.gtin("4006381333931")])
    assert text == "0104006381333931" + "10A1\x1d" + "375"
    assert gs1.code128(text) == "\xf10104006381333931" + "10A1\xf1" + "375"
    assert gs1.lot("A1").readable == "(10)A1"
