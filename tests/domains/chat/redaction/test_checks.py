"""Check digits against python-stdnum: the same numbers are valid, and one digit off is not."""

import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum import luhn as stdnum_luhn
from stdnum import verhoeff
from stdnum.br import cnpj, cpf
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.pt import nif

from app.domains.chat.redaction import checks

pytestmark = pytest.mark.row("CH5")

DIGITS = st.text("0123456789", min_size=1, max_size=20)


def digits(size: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=size, max_size=size)


@settings(max_examples=300, deadline=None)
@given(DIGITS)
def test_luhn(value: str) -> None:
    assert checks.luhn(value) == stdnum_luhn.is_valid(value)


@pytest.mark.parametrize(
    ("ours", "theirs", "size", "completed"),
    [
        (checks.cpf, cpf.is_valid, 11, lambda v: v[:9] + cpf._calc_check_digits(v[:9])
            if hasattr(cpf, "_calc_check_digits") else v),
        (checks.cnpj, cnpj.is_valid, 14, lambda v: v[:12] + cnpj.calc_check_digits(v[:12])),
        (checks.nif, nif.is_valid, 9, lambda v: "2" + v[1:8] + nif.calc_check_digit("2" + v[1:8])),
        (checks.nir, nir.is_valid, 15, lambda v: "185" + v[3:13]
            + nir.calc_check_digits("185" + v[3:13])),
    ],
    ids=["cpf", "cnpj", "nif", "nir"],
)  # fmt: skip
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_what_they_take_we_take(
    ours: Callable[[str], bool],
    theirs: Callable[[str], bool],
    size: int,
    completed: Callable[[str], str],
    data: st.DataObject,
) -> None:
    raw = data.draw(digits(size))
    for value in (raw, completed(raw)):
        if theirs(value):
            assert ours(value), value
            place = data.draw(st.integers(size - 2, size - 1))
            other = value[:place] + str((int(value[place]) + 1) % 10) + value[place + 1 :]
            assert not ours(other) or theirs(other)


@settings(max_examples=200, deadline=None)
@given(digits(11))
def test_aadhaar_has_the_check_digit_of_verhoeff(raw: str) -> None:
    body = "2" + raw[1:]
    value = body + verhoeff.calc_check_digit(body)
    assert checks.aadhaar(value)
    wrong = body + str((int(value[-1]) + 3) % 10)
    assert not checks.aadhaar(wrong)


@settings(max_examples=200, deadline=None)
@given(digits(8), st.sampled_from("XYZ"))
def test_dni_and_nie_have_their_letter(raw: str, first: str) -> None:
    assert checks.dni(raw + dni.calc_check_digit(raw))
    foreign = first + raw[1:]
    value = foreign + nie.calc_check_digit(foreign)
    assert checks.dni(value)
    others = set(string.ascii_uppercase) - {value[-1]}
    assert not any(checks.dni(foreign + letter) for letter in others)


@settings(max_examples=200, deadline=None)
@given(digits(3))
def test_a_chinese_id_ends_in_its_check(raw: str) -> None:
    body = "11010519870412" + raw
    assert checks.chinese_id(body + ric.calc_check_digit(body + "0"))
    assert not checks.chinese_id(body + "X") or ric.calc_check_digit(body + "0") == "X"


def test_a_german_tax_id_as_they_judge_it() -> None:
    seen = 0
    for number in range(13_954_862_000, 13_954_862_100):
        value = str(number)
        if idnr.is_valid(value):
            seen += 1
            assert checks.steuer_id(value)
    assert seen > 0


@pytest.mark.parametrize(
    "value",
    [
        "GB82WEST12345698765432", "DE89370400440532013000", "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S", "SA0380000000608010167519",
    ],
)  # fmt: skip
def test_ibans_of_known_lengths(value: str) -> None:
    assert stdnum_iban.is_valid(value, check_country=False)
    assert checks.iban(value)
    assert checks.IBAN_LENGTHS[value[:2]] == len(value)
    assert not checks.iban(value[:-1] + str((int(value[-1], 36) + 1) % 10))
