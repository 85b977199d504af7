"""A small simulator of accounts that belong together: rings, families, shops, offices. Invented."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from numpy.random import Generator

from app.core.ids import new_id
from app.core.money import Money
from app.domains.fraud.repository.events import append
from app.domains.fraud.types import PaymentFacts, PaymentKind
from app.domains.identity.types import Client

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was written: the accounts, in the order in which money passes along."""

    members: tuple[str, ...]
    payments: tuple[str, ...]


async def log_in(store: object, identity: object, user: str, *, device: str, address: str,
                 brought: str | None, at: datetime) -> None:  # fmt: skip
    """Write a login session as sign-in does, with the marks of its device and cookie."""
    from app.domains.identity.usecases.devices import device_marks

    client = Client(address, BROWSER, f"{brought}.x" if brought else None)
    marks = device_marks(identity._parts, device, client.device_cookie)
    await store.insert_one(
        "login_sessions",
        {
            "_id": new_id(), "user": user, "device_id": device, "device": "Firefox on Linux",
            "address": address, "amr": ["pwd", "otp"], "auth_time": at, "transport": "cookie",
            "family": {"current": "x", "previous": None, "rotated_at": at, "sealed": None},
            "created_at": at, "last_seen_at": at, "absolute_at": at + timedelta(days=30),
            "expires_at": at + timedelta(days=30), "marks": list(marks),
        },
    )  # fmt: skip


async def pay(store: object, payer: str, payee: str, minor: int, *, at: datetime) -> str:
    """Record one payment."""
    payment_id = f"{payer}-{new_id()}"
    facts = PaymentFacts(
        payment_id, payer, payee, PaymentKind.TRANSFER, Money(minor, "USD"), at, "s",
        fresh_factor=False,
    )  # fmt: skip
    await append(store, facts, high_ratio=False)
    return payment_id


async def seed_ring(
    store: object, identity: object, random: Generator, *, at: datetime, size: int = 6
) -> Seeded:
    """Write a mule ring: two or three browsers for all, money passed along a chain and back.

    Each account after the first on a browser brings the cookie of the one before.
    """
    members = tuple(new_id() for _ in range(size))
    devices = [new_id() for _ in members]
    payments = []
    for number, user in enumerate(members):
        brought = devices[number - 1] if number % 3 else None
        await log_in(
            store, identity, user, device=devices[number], address=f"10.9.{number % 2}.0/24",
            brought=brought, at=at - timedelta(minutes=90 - number),
        )  # fmt: skip
    amount = int(random.integers(40_000, 60_000))
    for number in range(size - 1):
        sent = amount - int(random.integers(100, 900)) * number
        when = at - timedelta(minutes=60 - 5 * number)
        payments.append(await pay(store, members[number], members[number + 1], sent, at=when))
    return Seeded(members, tuple(payments))


async def seed_shop(
    store: object, identity: object, *, at: datetime, payers: int = 40, shop: str | None = None
) -> str:
    """Write a payee whom many unrelated people pay, each from a device of her own."""
    shop = shop or new_id()
    for number in range(payers):
        payer = new_id()
        await log_in(
            store, identity, payer, device=new_id(), address=f"10.20.{number}.0/24",
            brought=None, at=at - timedelta(minutes=30),
        )  # fmt: skip
        await pay(store, payer, shop, 2_000, at=at - timedelta(minutes=20))
    return shop


async def seed_family(store: object, identity: object, *, at: datetime) -> tuple[str, ...]:
    """Write four people on one browser and one network who send each other pocket money."""
    people, device = tuple(new_id() for _ in range(4)), new_id()
    for person in people:
        own = new_id()
        await log_in(
            store, identity, person, device=own, address="10.30.0.0/24", brought=device,
            at=at - timedelta(minutes=30),
        )  # fmt: skip
    for payer, payee in pairwise(people):
        await pay(store, payer, payee, 1_000, at=at - timedelta(minutes=10))
    return people


async def seed_office(store: object, identity: object, *, at: datetime) -> tuple[str, ...]:
    """Write twelve colleagues behind one network who share the bill of one lunch."""
    people = tuple(new_id() for _ in range(12))
    for person in people:
        await log_in(
            store, identity, person, device=new_id(), address="10.40.0.0/24", brought=None,
            at=at - timedelta(minutes=30),
        )  # fmt: skip
    for payer in people[1:]:
        await pay(store, payer, people[0], 1_200, at=at - timedelta(minutes=10))
    return people
