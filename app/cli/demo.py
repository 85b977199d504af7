"""`finnami demo`: people for every role of a sandbox, with log-ins that can be shown again."""

import asyncio
import base64
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import click

from app.cli.connection import local_settings
from app.cli.demo_busy import Unsuspicious, make_busy
from app.cli.demo_clients import clear_client
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.envelope import BlindIndex
from app.core.errors import FinNamiError
from app.core.keys import KeyRing, KeyRingError
from app.domains.identity.types import Role, SandboxPerson
from app.services import AppServices, Ports, build, connect_gate, load_keys, open_database

DOMAIN = "finnami.example"
_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
_GROUPS, _GROUP_CHARS = 4, 5


@dataclass(frozen=True, slots=True)
class Part:
    """One demo person: the local part of the address, a name, the staff roles."""

    local: str
    name: str
    roles: frozenset[Role]


CAST = (
    Part("investor", "Ines Demo", frozenset()),
    Part("friend", "Farid Demo", frozenset()),
    Part("saver", "Salma Demo", frozenset()),
    Part("adviser", "Aiko Demo", frozenset({Role.ADVISER})),
    Part("reviewer", "Rosa Demo", frozenset({Role.KYC_REVIEWER})),
    Part("analyst", "Anton Demo", frozenset({Role.FRAUD_ANALYST})),
    Part("scientist", "Sunita Demo", frozenset({Role.DATA_SCIENTIST})),
    Part("admin", "Ada Demo", frozenset({Role.ADMIN})),
    Part("keeper", "Kemi Demo", frozenset()),
)


@click.group()
def demo() -> None:
    """Fill a sandbox with people and payments, and show how to sign in as each of them."""


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def seed(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Create a person for every role, clients cleared to invest; print log-ins when any is new.

    Safe to repeat. Needs FINNAMI_MONGO_URL, FINNAMI_REDIS_URL and FINNAMI_KEY_FILE, which
    `finnami up` sets. Exit 0: the people are there; 2: not a sandbox, or no server.
    """

    async def work(services: AppServices) -> list[SandboxPerson]:
        people = cast(services.identity.blind)
        made = [await services.identity.sandbox_people.create(one) for one in people]
        ids = {part.local: user_id for part, (user_id, _) in zip(CAST, made, strict=True)}
        for part in CAST:
            if not part.roles:
                await clear_client(
                    services,
                    ids[part.local],
                    name=part.name,
                    number=f"DEMO{part.local.upper()}",
                    reviewer_id=ids["reviewer"],
                )
        return people if any(new for _, new in made) else []

    _print(_with_services(work), as_json=as_json)


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def logins(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Show the demo log-ins of this sandbox again; needs only its key file."""
    try:
        settings = _sandbox(Settings())
        keys = KeyRing.load(settings.key_file or settings.data_dir / "keys.json")
    except (KeyRingError, ValueError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)
    _print(cast(BlindIndex((keys.blind,))), as_json=as_json)


@demo.command()
def busy() -> None:
    """Give the investor a busy hour of small payments: her next one is held for a person.

    For looking at the fraud desk and at "was this you?". Within the hour it runs once. Exit 0:
    the hour is there; 2: not a sandbox, no demo people, or no server.
    """

    async def work(services: AppServices) -> list[SandboxPerson]:
        sent = await make_busy(
            services, payer_email=f"investor@{DOMAIN}", payee_email=f"friend@{DOMAIN}"
        )
        click.echo(f"{sent} payments made; the next transfer of investor@{DOMAIN} will be held")
        return []

    _with_services(work, Ports(scorer=Unsuspicious()))


def cast(blind: BlindIndex) -> list[SandboxPerson]:
    """Return the demo people of this installation.

    Passwords and secrets are derived from its key ring: different on every machine, and
    never stored in the clear to be shown again.
    """
    people = []
    for part in CAST:
        email = f"{part.local}@{DOMAIN}"
        secret = base64.b32encode(blind.derive(f"demo-totp/{email}")[:20]).decode()
        password = _password(blind.derive(f"demo-password/{email}"))
        people.append(SandboxPerson(email, part.name, part.roles, password, secret))
    return people


def _password(seed_bytes: bytes) -> str:
    """Return 20 characters in four groups (98 bits): long enough, and easy to copy by eye."""
    number = int.from_bytes(seed_bytes, "big")
    letters = []
    for _ in range(_GROUPS * _GROUP_CHARS):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    text = "".join(letters)
    return "-".join(text[i : i + _GROUP_CHARS] for i in range(0, len(text), _GROUP_CHARS))


def _sandbox(settings: Settings) -> Settings:
    if not settings.sandbox:
        raise ValueError("demo people are for the sandbox only (FINNAMI_ENV=sandbox)")
    return settings


def _with_services(
    work: Callable[[AppServices], Awaitable[list[SandboxPerson]]], ports: Ports | None = None
) -> list[SandboxPerson]:
    try:
        return asyncio.run(_run(work, ports or Ports()))
    except (FinNamiError, KeyRingError, ValueError) as error:
        click.echo(f"finnami: {error}", err=True)
        sys.exit(2)


async def _run(
    work: Callable[[AppServices], Awaitable[list[SandboxPerson]]], ports: Ports
) -> list[SandboxPerson]:
    settings = _sandbox(local_settings())
    clock, keys = SystemClock(), load_keys(settings)
    gate = await connect_gate(settings)
    db = open_database(settings, clock)
    services = build(settings, db=db, gate=gate, keys=keys, clock=clock, ports=ports)
    try:
        return await work(services)
    finally:
        services.close()
        await gate.close()
        await db.close()


def _print(people: list[SandboxPerson], *, as_json: bool) -> None:
    rows = [
        {
            "email": one.email,
            "password": one.password,
            "totp_secret": one.totp_secret,
            "roles": sorted(role.value for role in one.roles) or [Role.USER.value],
        }
        for one in people
    ]
    if as_json:
        click.echo(json.dumps({"logins": rows}))
        return
    if not rows:
        click.echo("The demo people are here already; `finnami demo logins` shows their log-ins.")
        return
    click.echo(
        "\nDemo log-ins of this sandbox (play money only; add the secret to an authenticator app):"
    )
    for row in rows:
        roles = ", ".join(row["roles"])
        click.echo(f"  {row['email']:28} {row['password']:24} {row['totp_secret']:33} {roles}")
