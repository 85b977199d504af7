"""Plays cases about drafted actions: who may confirm what, with which grant, and how often."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx

from app.core.ids import new_id
from tests.api.test_transfers import mint_grant, post
from tests.factories.actions import drafted
from tests.factories.people import Person
from tests.redteam.playing import Case, Stage, said_once
from tests.redteam.world import World

#: What an action could change. Grants and codes are used up by being tried.
_BOOKS: Final = (
    "accounts", "journal", "postings", "goals", "goal_versions", "plan_wishes", "order_plans",
    "rebalance_settings",
)  # fmt: skip


@dataclass
class Acting:
    """One case under way: its newest draft, and the grant that was given last."""

    stage: Stage
    case: Case
    action: str = ""
    grant: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def world(self) -> World:
        """Return the world it is played in."""
        return self.stage.world

    async def play(self) -> list[str]:
        """Play the case; return its faults."""
        world = self.world
        await world.forget_budgets()
        before, moves = await world.books(_BOOKS), await self._movements()
        for step in self.case.turns:
            await self._step(step)
        moved, after = await self._movements() - moves, await world.books(_BOOKS)
        if moved != self.case.expect["moved"]:
            self.faults.append(f"{moved} movements, not {self.case.expect['moved']}")
        if not self.case.expect["moved"] and before != after:
            self.faults.append(
                f"changed: {[name for name in before if before[name] != after[name]]}"
            )
        await world.services.db.delete_many("pending_actions", {"state": "proposed"})
        return self.faults

    async def _movements(self) -> int:
        return len(await self.world.services.db.find_many("journal", {}, limit=2_000))

    async def _step(self, step: Mapping[str, Any]) -> None:
        match step["op"]:
            case "draft":
                self.action = await self._drafted(self.world.victim, step)
                self.stage.model.names = {**self.world.names, "action": self.action}
            case "confirm":
                await self._confirm(step)
            case "cancel":
                path = f"/v1/actions/{self.action}/cancel"
                answer = await self.stage.live.post(path, headers=self._who(step).headers)
                self._due(step, answer)
            case "expire":
                past = self.world.services.clock.now() - timedelta(seconds=1)
                await self._rewrite({"expires_at": past})
            case "say":
                self.faults += await said_once(step["text"], self.stage, self.case)
            case other:
                raise AssertionError(f"a case has no step {other}")

    async def _drafted(self, person: Person, step: Mapping[str, Any]) -> str:
        return await drafted(self.world.services, person, step["kind"], **step["given"])

    async def _confirm(self, step: Mapping[str, Any]) -> None:
        grant = await self._granted(step["grant"])
        path, who = f"/v1/actions/{self.action}/confirm", self._who(step)
        calls = [
            post(self.stage.live, who, path, {}, key=new_id(), grant=grant)
            for _ in range(step.get("race", 1))
        ]
        for answer in await asyncio.gather(*calls):
            self._due(step, answer)

    async def _granted(self, kind: str) -> str | None:
        """Return a grant of a kind: `none`, `forged`, `used`, or one really given for something."""
        if kind in ("none", "used"):
            return None if kind == "none" else self.grant
        if kind == "forged":
            return "0" * 43
        person, action = self.world.victim, self.action
        given = {"kind": "withdraw", "given": {"amount": "3.00"}}
        if kind == "neighbour":
            person = self.world.neighbour
        if kind in ("neighbour", "other_action"):
            action = await self._drafted(person, given)
        self.grant = await self._minted(person, action)
        if kind == "stale":
            past = self.world.services.clock.now() - timedelta(seconds=1)
            await self.world.services.db.update_many(
                "step_up_grants", {}, {"$set": {"expires_at": past}}
            )
        if kind == "tampered":
            await self._rewrite({"params": {"amount": "900.00", "currency": "USD", "to": "x"}})
        return self.grant

    async def _minted(self, person: Person, action: str) -> str:
        asked = await post(self.stage.live, person, f"/v1/actions/{action}/confirm", {}, key="ask")
        body = asked.json()
        if asked.status_code != 403:
            return self.grant or "0" * 43
        return await mint_grant(self.world.services, person, body["action"], body["params"])

    async def _rewrite(self, fields: Mapping[str, Any]) -> None:
        await self.world.services.db.update_one(
            "pending_actions", {"_id": self.action}, {"$set": dict(fields)}
        )

    def _who(self, step: Mapping[str, Any]) -> Person:
        return self.world.neighbour if step.get("as") == "neighbour" else self.world.victim

    def _due(self, step: Mapping[str, Any], answer: httpx.Response) -> None:
        wanted = step["status"] if isinstance(step["status"], list) else [step["status"]]
        if answer.status_code not in wanted:
            self.faults.append(f"{step['op']}: {answer.status_code} {answer.text[:160]}")
