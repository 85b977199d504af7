"""The sandbox mailbox over HTTP: there in the sandbox, gone elsewhere."""

import httpx
import pytest
from fastapi import FastAPI

from app.core.config import Environment
from app.services import AppServices
from tests.factories.people import make_user


class TestMailbox:
    async def test_shows_letters_of_one_address_newest_first(
        self, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        _, email = await make_user(services)
        answer = await client.get("/v1/sandbox/mailbox", params={"email": email})

        assert [row["kind"] for row in answer.json()["messages"]] == ["verify_email"]
        other = await client.get("/v1/sandbox/mailbox", params={"email": "x@example.org"})
        assert other.json() == {"messages": []}

    @pytest.mark.parametrize("email", ["", "x", "a@b", '{"$gt":""}'])
    async def test_malformed_address_is_422(self, client: httpx.AsyncClient, email: str) -> None:
        answer = await client.get("/v1/sandbox/mailbox", params={"email": email})

        assert answer.status_code == 422

    async def test_does_not_exist_outside_the_sandbox(
        self, app: FastAPI, client: httpx.AsyncClient, services: AppServices
    ) -> None:
        real = services.settings.model_copy(update={"env": Environment.PROD})
        parts = services.identity.post_office._parts
        object.__setattr__(parts, "settings", real)
        answer = await client.get("/v1/sandbox/mailbox", params={"email": "a@example.org"})

        assert (answer.status_code, answer.json()["code"]) == (404, "sandbox_only")
