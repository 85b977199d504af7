"""What makes digits a phone number: its form, the country of the person, the words before it."""

import re
from typing import Final

_WORDS: Final = re.compile(
    r"(?:phone|mobile|cell|tel|whatsapp|call|text me|sms|teléfono|telefono|móvil|movil|celular|"
    r"llám|llam|téléphone|telephone|portable|appel|joindre|handy|telefon|anruf|ruf|erreich|"
    r"telemóvel|telefone|ligue|liga|फ़ोन|फोन|मोबाइल|नंबर|कॉल|هاتف|جوال|موبايل|اتصل|رقمي|"
    r"电话|手机|號碼|致电|打给|联系|聯繫|加我)",
    re.IGNORECASE,
)
_NEAR: Final = 28
#: Country → how a national number looks, digits only.
_NATIONAL: Final = {
    "US": r"1?[2-9]\d{2}[2-9]\d{6}", "CA": r"1?[2-9]\d{2}[2-9]\d{6}", "MX": r"\d{10}",
    "ES": r"[6-9]\d{8}", "FR": r"0[1-9]\d{8}", "DE": r"0\d{6,12}", "AT": r"0\d{6,12}",
    "CH": r"0\d{9}", "GB": r"0\d{9,10}", "PT": r"[29]\d{8}", "BR": r"\d{10,11}",
    "IN": r"0?[6-9]\d{9}", "CN": r"1[3-9]\d{9}", "TW": r"09\d{8}", "AE": r"0\d{8,9}",
    "SA": r"05\d{8}", "EG": r"01\d{9}", "MA": r"0[5-8]\d{8}",
}  # fmt: skip
_PHONES: Final = {country: re.compile(form) for country, form in _NATIONAL.items()}


def told_phone(text: str, start: int) -> bool:
    """Tell whether the words just before a run of digits announce a phone number."""
    return _WORDS.search(text, max(0, start - _NEAR), start) is not None


def is_phone(run: str, digits: str, country: str) -> bool:
    """Tell whether a run of digits and separators looks like a phone number."""
    if not 7 <= len(digits) <= 15:
        return False
    if run.startswith(("+", "00")):
        return True
    known = _PHONES.get(country)
    if known is not None and known.fullmatch(digits):
        return True
    grouped = re.search(r"[ .\-()]", run) is not None
    return grouped and len(digits) >= 9
