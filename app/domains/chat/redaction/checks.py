"""Check digits of account, card and national numbers: what proves that digits are one."""

from collections.abc import Callable
from datetime import date
from typing import Final

#: ISO 13616 registry: the length of an IBAN by country.
IBAN_LENGTHS: Final = {
    country: int(length)
    for length, countries in {
        "15": "NO", "16": "BE", "18": "DK FO FI GL NL SD FK", "19": "MK SI",
        "20": "AT BA EE KZ LT LU XK MN",
        "21": "CH HR LI LV", "22": "BG BH CR DE GB GE IE ME RS", "23": "AE GI IL IQ TL OM SO",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG", "25": "LY PT ST", "26": "IS TR",
        "27": "FR GR IT MC MR SM BI DJ", "28": "AL AZ BY CY DO GT HU LB PL SV NI HN",
        "29": "BR EG PS QA UA",
        "30": "JO KW MU YE", "31": "MT SC", "32": "LC", "33": "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_D: Final = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_P: Final = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870",
    "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def iban(value: str) -> bool:
    """Tell whether letters and digits without separators are an IBAN (mod 97, any country)."""
    if not 15 <= len(value) <= 34 or not value.isascii() or not value.isalnum():
        return False
    turned = (value[4:] + value[:4]).upper()
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of ISO/IEC 7812."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def card(digits: str) -> bool:
    """Tell whether 13 to 19 digits are a card number."""
    return 13 <= len(digits) <= 19 and digits[0] != "0" and luhn(digits)


def aadhaar(digits: str) -> bool:
    """Tell whether twelve digits are an Indian Aadhaar (Verhoeff; never begins with 0 or 1)."""
    if len(digits) != 12 or digits[0] in "01":
        return False
    check = 0
    for place, char in enumerate(reversed(digits)):
        check = int(_D[check][int(_P[place % 8][int(char)])])
    return check == 0


def cpf(digits: str) -> bool:
    """Tell whether eleven digits are a Brazilian CPF."""
    return len(digits) == 11 and _mod11_tail(digits, 9, 11)


def cnpj(digits: str) -> bool:
    """Tell whether fourteen digits are a Brazilian CNPJ."""
    return len(digits) == 14 and _mod11_tail(digits, 12, 9)


def _mod11_tail(digits: str, body: int, wrap: int) -> bool:
    """Check two trailing digits whose weights count up from 2 and begin anew at `wrap`."""
    for end in (body, body + 1):
        rows = enumerate(reversed(digits[:end]))
        total = sum(int(char) * (2 + place % (wrap - 1)) for place, char in rows)
        if int(digits[end]) != (11 - total % 11) % 11 % 10:
            return False
    return len(set(digits)) > 1


def nif(digits: str) -> bool:
    """Tell whether nine digits are a Portuguese NIF."""
    if len(digits) != 9 or digits[0] == "0":
        return False
    total = sum(int(char) * weight for char, weight in zip(digits, range(9, 1, -1), strict=False))
    return int(digits[8]) == (11 - total % 11) % 11 % 10


def steuer_id(digits: str) -> bool:
    """Tell whether eleven digits are a German tax id (ISO 7064, mod 11, 10)."""
    if len(digits) != 11 or digits[0] == "0":
        return False
    product = 10
    for char in digits[:10]:
        total = (int(char) + product) % 10 or 10
        product = 2 * total % 11
    return int(digits[10]) == (11 - product) % 10


def nir(digits: str) -> bool:
    """Tell whether fifteen digits are a French NIR with its key (mod 97)."""
    return len(digits) == 15 and int(digits[13:]) == (
        97 - int(digits[:13]) % 97
    )  # fmt: skip


def dni(value: str) -> bool:
    """Tell whether a Spanish DNI or NIE carries its letter."""
    digits = value[:-1].upper()
    digits = {"X": "0", "Y": "1", "Z": "2"}.get(digits[:1], digits[:1]) + digits[1:]
    return (
        digits.isdigit()
        and len(digits) == 8
        and value[-1].upper() == "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23]
    )


def chinese_id(value: str) -> bool:
    """Tell whether eighteen characters are a Chinese resident id (ISO 7064, mod 11, 2)."""
    if len(value) != 18 or not value[:17].isdigit():
        return False
    total = sum(int(char) * (2 ** (17 - place) % 11) for place, char in enumerate(value[:17]))
    return value[17].upper() == "10X98765432"[total % 11]


def emirates_id(digits: str) -> bool:
    """Tell whether fifteen digits are an Emirates ID."""
    return len(digits) == 15 and digits.startswith("784") and luhn(digits)


def saudi_id(digits: str) -> bool:
    """Tell whether ten digits are a Saudi national or resident id."""
    return len(digits) == 10 and digits[0] in "12" and luhn(digits)


def egyptian_id(digits: str) -> bool:
    """Tell whether fourteen digits are an Egyptian id: century, birth date, governorate."""
    if len(digits) != 14 or digits[0] not in "23":
        return False
    year = (1900 if digits[0] == "2" else 2000) + int(digits[1:3])
    try:
        date(year, int(digits[3:5]), int(digits[5:7]))
    except ValueError:
        return False
    return 1 <= int(digits[7:9]) <= 35 or digits[7:9] == "88"


NATIONAL: Final[tuple[Callable[[str], bool], ...]] = (
    emirates_id, nir, cnpj, egyptian_id, aadhaar, cpf, steuer_id, saudi_id, nif,
)  # fmt: skip


def national(digits: str) -> bool:
    """Tell whether digits are a national id of a country whose ids we know."""
    return any(check(digits) for check in NATIONAL)
