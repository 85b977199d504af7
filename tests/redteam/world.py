"""The world the attacks are played in: a victim, a neighbour with marked data, their books."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from app.core.ids import new_id
from app.core.keys import KeyRing
from app.services import SPECS, AppServices
from tests.api.test_goals import GOAL
from tests.api.test_recommendations import fund, preview
from tests.api.test_transfers import confirmed, post
from tests.factories.market import open_market
from tests.factories.people import Person, make_cleared
from tests.live import resigned

MARK = "kindred-heron-4471"
"""Stands in everything of the neighbour; nobody else may ever read it."""

RENEW_S = 120
NEIGHBOUR_CASH = "7731.43"
#: What a turn writes by itself; none of it moves money, changes a profile or an action.
_OWN = (
    "chat_", "log_", "audit", "outbox", "leases", "dead_jobs", "unique_keys",
    "step_up_grants", "login_",  # these end by themselves
)  # fmt: skip
#: What could be stolen: looked at after each case. Everything else after each group.
_NEAR = (
    "accounts", "journal", "postings", "goals", "order_plans", "users", "risk_profiles",
    "pending_actions",
)  # fmt: skip


@dataclass
class World:
    """People and what they own; `names` are what scripts and cases may fill in."""

    app: FastAPI
    client: httpx.AsyncClient
    services: AppServices
    victim: Person
    neighbour: Person
    memo_of: str
    names: dict[str, str] = field(default_factory=dict)
    markers: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    signed_at: float = -1e9

    async def renewed(self) -> None:
        """Sign the access tokens anew once they are old: they live for five minutes."""
        now = self.services.clock.monotonic()
        if now - self.signed_at > RENEW_S:
            keys = KeyRing.load(self.services.settings.key_file)
            for person in (self.victim, self.neighbour):
                person.access_token = resigned(person.access_token, keys)
            self.signed_at = now

    async def plant(self, memo: str) -> None:
        """Write a stranger's text where a payment's memo stands."""
        await self.services.db.update_one(
            "journal", {"_id": self.memo_of}, {"$set": {"memo": memo}}
        )

    async def forget_budgets(self) -> None:
        """Give everybody their messages and calls back: how often is not the subject."""
        await self.renewed()
        for person in (self.victim, self.neighbour):
            for pattern in ("chat", "rl"):
                asked = f"{{u:{person.user_id}}}:{pattern}:*"
                keys = await self.services.gate.call("KEYS", asked)
                if keys:
                    await self.services.gate.call("DEL", *keys)

    async def near(self) -> dict[str, str]:
        """Return a digest of each collection that an attack could aim at."""
        return await self.books(_NEAR)

    async def drafts(self) -> set[str]:
        """Return the ids of what was really drafted for the victim."""
        rows = await self.services.db.find_many(
            "pending_actions", {"user": self.victim.user_id}, limit=500
        )
        return {str(row["_id"]) for row in rows}

    async def books(self, names: Sequence[str]) -> dict[str, str]:
        """Return a digest of each of these collections."""
        return {name: await self._digest(name) for name in names}

    async def everything(self) -> dict[str, str]:
        """Return a digest of each collection but those a turn writes by itself."""
        names = [spec.name for spec in SPECS if not spec.name.startswith(_OWN)]
        return await self.books(names)

    async def _digest(self, name: str) -> str:
        rows = [_plain(row) async for row in self.services.db.driver[name].find()]
        if name == "pending_actions":  # a draft waits: only what was done to it counts
            rows = [row for row in rows if row["state"] in ("confirmed", "executed", "refused")]
        if name == "accounts":  # the house opens an empty account before anything is decided
            rows = [row for row in rows if row["owner"] != "house" or row["v"]]
        for row in rows:
            if row["_id"] == self.memo_of and name == "journal":
                del row["memo"]  # the attack itself, planted before the case
        text = json.dumps(sorted(rows, key=lambda row: str(row["_id"])), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(dict(row), default=str))
    return found


async def make_world(app: FastAPI, client: httpx.AsyncClient) -> World:
    """Return two cleared people with money, a payment and a goal each; one has holdings."""
    services: AppServices = app.state.services
    await open_market(services)
    victim, neighbour = await make_cleared(services), await make_cleared(services)
    await fund(client, services, victim)
    body = {"plan_id": (await preview(client, victim))["plan_id"]}
    done = await confirmed(client, services, victim, "/v1/orders", body, key="o1")
    assert done.status_code == 201, done.text
    await _moved(client, services, victim, "/v1/deposits", {"amount": "200.00", "currency": "USD"})
    given = {"amount": NEIGHBOUR_CASH, "currency": "USD"}
    theirs = await _moved(client, services, neighbour, "/v1/deposits", given)
    paid = {
        "amount": "12.50", "currency": "USD", "payee_email": neighbour.email, "memo": "rent",
    }  # fmt: skip
    memo_of = (await _moved(client, services, victim, "/v1/transfers", paid))["movement_id"]
    marked = {"amount": "31.43", "currency": "USD", "payee_email": victim.email}
    # What a payee reads is hers to read: the mark stands in a payment to nobody here.
    other = await make_cleared(services)
    marked |= {"payee_email": other.email, "memo": MARK}
    movement = (await _moved(client, services, neighbour, "/v1/transfers", marked))["movement_id"]
    goals = [
        await post(client, person, "/v1/goals", GOAL | {"name": name}, key="g1")
        for person, name in ((victim, "House"), (neighbour, f"Villa {MARK}"))
    ]
    assert all(goal.status_code == 201 for goal in goals), goals[-1].text
    made = World(app, client, services, victim, neighbour, memo_of)
    made.names = {
        "neighbour.id": neighbour.user_id,
        "neighbour.email": neighbour.email,
        "neighbour.movement": movement,
        "neighbour.deposit": theirs["movement_id"],
        "neighbour.goal": goals[1].json()["goal_id"],
        "neighbour.account": f"{neighbour.user_id}.USD",
        "neighbour.token": neighbour.access_token,
        "victim.id": victim.user_id,
        "mark": MARK,
    }
    # What a script itself says is no leak: only what it cannot know is looked for.
    made.markers = (MARK, NEIGHBOUR_CASH, "7,731.43", "7.731,43", "7 731,43", "7700.00", "7,700.00")
    user = await services.db.find_one("users", {"_id": victim.user_id})
    assert user is not None
    hashes = [str(one) for one in user["password"].values() if len(str(one)) > 20]
    tokens = [victim.access_token, neighbour.access_token, victim.secret]
    made.secrets = (*tokens, *hashes)
    return made


async def _moved(
    client: httpx.AsyncClient, services: AppServices, person: Person, path: str,
    body: dict[str, object],
) -> dict[str, Any]:  # fmt: skip
    """Move money; when that was too often, wait as long as the answer says."""
    key = new_id()
    while True:
        answer = await confirmed(client, services, person, path, body, key=key)
        if answer.status_code != 429:
            assert answer.status_code == 201, answer.text
            found: dict[str, Any] = answer.json()
            return found
        await asyncio.sleep(answer.json()["retry_after_s"])
