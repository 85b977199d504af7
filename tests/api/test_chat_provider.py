"""Consent to a provider: what is shown, kept, withdrawn, and what would be replaced."""

import httpx
import pytest

from app.domains.chat.consent_types import Provider
from app.domains.chat.personal import known_from
from app.domains.chat.repository import consents
from app.domains.chat.talk_types import LANGUAGES
from app.services import AppServices
from tests.api.talking import cast, chat_of, person
from tests.factories.people import Person, make_cleared
from tests.fakes.chat.engines import Cast

__all__ = ["cast", "person"]
pytestmark = pytest.mark.row("CH5")
FAR = Provider("Example AI", "far-1", "ai.example")


@pytest.fixture
async def far(services: AppServices, cast: Cast) -> AppServices:
    made = chat_of(services, cast, provider=FAR, known=known_from(services.onboarding))
    object.__setattr__(services, "chat", made)
    return services


def agreed(**more: object) -> dict[str, object]:
    return {"provider": "Example AI", "version": "2026-11", "language": "de", **more}


class TestProvider:
    async def test_without_one_nobody_can_be_consented_to(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        shown = (await client.get("/v1/chat/provider", headers=person.headers)).json()
        assert shown == {
            "configured": False, "name": None, "model": None, "host": None, "consent_text": None,
        }  # fmt: skip
        answer = await client.put("/v1/chat/consent", json=agreed(), headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_provider")

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_the_text_names_who_gets_what(
        self, client: httpx.AsyncClient, far: AppServices, person: Person, language: str
    ) -> None:
        answer = await client.get(
            "/v1/chat/provider", params={"locale": language}, headers=person.headers
        )
        text = answer.json()["consent_text"]
        assert text["language"] == language
        whole = " ".join(text["paragraphs"])
        assert "{" not in whole
        assert all(word in whole for word in ("Example AI", "far-1", "ai.example"))
        assert [row["kind"] for row in text["kinds"]][:2] == ["iban", "card"]
        assert len({row["label"] for row in text["kinds"]}) == 13


class TestConsent:
    async def test_it_is_kept_with_time_version_and_hash_and_withdrawn_at_once(
        self, client: httpx.AsyncClient, far: AppServices, person: Person
    ) -> None:
        empty = (await client.get("/v1/chat/consent", headers=person.headers)).json()
        assert (empty["given"], empty["in_force"], empty["at"]) == (False, False, None)
        body = agreed(share_figures=True)
        answer = await client.put("/v1/chat/consent", json=body, headers=person.headers)
        given = answer.json()
        assert answer.status_code == 200, given
        assert (given["in_force"], given["share_figures"], given["host"]) == (
            True, True, "ai.example",
        )  # fmt: skip
        stored = await consents.find(far.db, person.user_id)
        assert stored is not None
        text = far.chat.consenting.text("de")
        assert text is not None
        assert (stored.sha256, stored.version) == (text.sha256, "2026-11")
        for _ in range(2):
            gone = await client.delete("/v1/chat/consent", headers=person.headers)
            assert gone.status_code == 204
        assert (await client.get("/v1/chat/consent", headers=person.headers)).json() == empty
        rows = await far.db.find_many("audit", {"actor": person.user_id}, limit=50)
        acts = [row["action"] for row in rows if row["action"].startswith("chat.consent")]
        assert acts == ["chat.consent_given", "chat.consent_withdrawn"]

    @pytest.mark.parametrize(
        "wrong", [{"provider": "Another AI"}, {"version": "2025-01"}], ids=["provider", "text"]
    )
    async def test_another_provider_or_text_is_refused(
        self, client: httpx.AsyncClient, far: AppServices, person: Person, wrong: dict[str, str]
    ) -> None:
        body = agreed(**wrong)
        answer = await client.put("/v1/chat/consent", json=body, headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "consent_text")

    async def test_it_holds_no_longer_on_another_host(
        self, client: httpx.AsyncClient, far: AppServices, person: Person, cast: Cast
    ) -> None:
        await client.put("/v1/chat/consent", json=agreed(), headers=person.headers)
        moved = Provider("Example AI", "far-2", "elsewhere.example")
        object.__setattr__(far, "chat", chat_of(far, cast, provider=moved))
        found = (await client.get("/v1/chat/consent", headers=person.headers)).json()
        assert (found["given"], found["in_force"]) == (True, False)


class TestPreview:
    async def test_her_own_data_is_replaced_and_counted(
        self, client: httpx.AsyncClient, far: AppServices
    ) -> None:
        ada = await make_cleared(far)
        facts = (await far.onboarding.overview(ada.user_id)).personal
        assert facts is not None
        text = f"I am {facts.legal_name}, card 4111 1111 1111 1111, and want to pay 1,200 USD"
        answer = await client.post(
            "/v1/chat/redaction-preview", json={"text": text}, headers=ada.headers
        )
        shown = answer.json()
        assert shown["text"].endswith("card <CARD_1>, and want to pay <AMOUNT_1>")
        assert facts.legal_name.split()[0] not in shown["text"]
        kinds = {row["kind"]: row["count"] for row in shown["counts"]}
        assert (kinds["card"], kinds["amount"], kinds["name"]) == (1, 1, 1)
        shared = await client.post(
            "/v1/chat/redaction-preview",
            json={"text": text, "share_figures": True},
            headers=ada.headers,
        )
        assert shared.json()["text"].endswith("card <CARD_1>, and want to pay 1,200 USD")
