"""The offline list: what it must refuse, what it must let pass, and its size."""

import secrets

import pytest

from app.core.common_passwords import FILE, CommonPasswords, header, positions

SHIPPED = CommonPasswords.shipped()


@pytest.mark.row("IS1")
@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password2024!",
        "p4ssw0rd2024",
        "passwordpassword",
        "123456789012345",
        "abcdefghijklmnop",
        "zyxwvutsrqponmlk",
        "qwertyuiopasdfghjkl",
        "1qaz2wsx3edc4rfv",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "monkeymonkeymonkey",
        "iloveyou1234567",
        "michael19851985",
        "Responsibility1",
        "password-123456789",
        "24122019",
        "hunter2hunter2!",
    ],
)
def test_refuses_what_attackers_try_first(password: str) -> None:
    assert SHIPPED.matches(password)


@pytest.mark.parametrize(
    "password",
    [
        "tidal lantern cobble seven",
        "my cat eats 4 purple stones",
        "Jx9$kqLmz0!vTeQ",
        "ein kleiner Igel schläft im Gras",
        "我家的猫每天早上六点叫我起床吃饭去了",
    ],
)
def test_lets_good_ones_pass(password: str) -> None:
    assert not SHIPPED.matches(password)


def test_random_passwords_are_hardly_ever_refused() -> None:
    refused = sum(SHIPPED.matches(secrets.token_urlsafe(12)) for _ in range(20_000))

    # 2 in 100,000 were seen; 20 in 20,000 would mean a filter that is too full.
    assert refused < 20


def test_shipped_file_is_small() -> None:
    assert FILE.stat().st_size < 300_000


def test_filter_holds_every_word_it_was_given() -> None:
    words = [secrets.token_hex(6) for _ in range(500)]
    size, hashes = 500 * 24, 16
    bits = bytearray(size // 8)
    for word in words:
        for bit in positions(word, size=size, hashes=hashes):
            bits[bit >> 3] |= 1 << (bit & 7)
    built = CommonPasswords.parse(header(size=size, hashes=hashes, words=500) + bytes(bits))

    assert all(word in built for word in words)


def test_damaged_file_is_refused() -> None:
    with pytest.raises(ValueError, match="not a common-password filter"):
        CommonPasswords.parse(FILE.read_bytes()[:-1])
