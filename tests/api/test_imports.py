"""Imports over HTTP: looked at, kept once, overlapping, undone, exported; nobody else's."""

import asyncio
import base64

import httpx
import pytest

from app.services import AppServices
from tests.api.test_transfers import post
from tests.factories.people import Person, make_person

pytestmark = pytest.mark.row("PA1")

HEAD = "date,type,symbol,quantity,price,amount,currency\n"
ONE = "2026-01-05,buy,VTI,1,10.00,-10.00,USD\n"
TWO = "2026-01-06,buy,VTI,2,10.00,-20.00,USD\n"
THREE = "2026-01-07,sell,VTI,1,11.00,11.00,USD\n"
BAD = "2026-01-08,magic,VTI,1,11.00,11.00,USD\n"


@pytest.fixture
async def person(services: AppServices) -> Person:
    return await make_person(services)


def file(*rows: str, account: str = "Old broker", **said: object) -> dict[str, object]:
    content = base64.b64encode((HEAD + "".join(rows)).encode()).decode()
    return {"account": account, "file_name": "old.csv", "content": content, **said}


async def preview(
    client: httpx.AsyncClient, person: Person, body: dict[str, object]
) -> httpx.Response:
    return await client.post("/v1/imports/preview", json=body, headers=person.headers)


async def keep(
    client: httpx.AsyncClient, person: Person, body: dict[str, object], key: str = "i1"
) -> httpx.Response:
    return await post(client, person, "/v1/imports", body, key=key)


async def undo(client: httpx.AsyncClient, person: Person, import_id: str) -> httpx.Response:
    return await client.post(f"/v1/imports/{import_id}/undo", headers=person.headers)


async def get(client: httpx.AsyncClient, person: Person, path: str) -> httpx.Response:
    return await client.get(path, headers=person.headers)


async def held(client: httpx.AsyncClient, person: Person) -> list[str]:
    answer = await get(client, person, "/v1/imports/elsewhere")
    return [row["quantity"] for row in answer.json()["holdings"]]


class TestPreview:
    async def test_tells_every_row_and_keeps_nothing(
        self, client: httpx.AsyncClient, services: AppServices, person: Person
    ) -> None:
        answer = await preview(client, person, file(ONE, BAD))
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["counts"] == {"rows": 2, "new": 1, "duplicate": 0, "refused": 1}
        assert told["refused"][0]["line"] == 3
        assert told["refused"][0]["errors"][0]["code"] == "type_unknown"
        assert told["unknown_types"] == ["magic"]
        for name in ("import_batches", "import_rows"):
            assert await services.db.find_many(name, {"user": person.user_id}, limit=1) == []

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"content": "!"}, 422, "invalid_input"),
            ({"content": "abc"}, 422, "import_unreadable"),
            ({"content": ""}, 422, "import_unreadable"),
            ({"columns": {"date": "nope"}}, 422, "import_mapping"),
            ({"columns": {"nope": "date"}}, 422, "invalid_input"),
            ({"account": ""}, 422, "invalid_input"),
            ({"file_name": "a\u202eb"}, 422, "invalid_input"),
            ({"types": {"magic": "nope"}}, 422, "invalid_input"),
            ({"currency": "usd"}, 422, "invalid_input"),
            ({"x": 1}, 422, "invalid_input"),
        ],
    )
    async def test_bad_request_is_refused_with_its_code(
        self,
        client: httpx.AsyncClient,
        person: Person,
        changes: dict[str, object],
        status: int,
        code: str,
    ) -> None:
        answer = await preview(client, person, file(ONE) | changes)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_everything_can_be_said_about_a_file(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        said = {
            "columns": {"date": "date", "type": "type", "amount": "amount"},
            "types": {"magic": "deposit", "buy": None},
            "currency": "EUR",
            "decimal_mark": "point",
            "date_order": "day_first",
            "round_amounts": True,
        }
        told = (await preview(client, person, file(ONE, BAD, **said))).json()
        assert told["counts"] == {"rows": 2, "new": 1, "duplicate": 0, "refused": 1}
        assert told["rows"][1]["transaction"]["amount"]["currency"] == "EUR"
        assert told["refused"][0]["errors"][0]["code"] == "left_out"

    async def test_large_body_is_taken_here_only_and_only_with_a_token(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        rows = [f"2026-01-05,buy,VTI,{n},10.00,-{n}0.00,USD\n" for n in range(1, 3001)]
        body = file(*rows)
        answer = await preview(client, person, body)
        assert answer.json()["counts"]["new"] == 3000
        assert (len(answer.json()["rows"]), answer.json()["refused"]) == (50, [])
        anonymous = await client.post("/v1/imports/preview", json=body)
        assert anonymous.status_code == 413
        elsewhere = await client.post("/v1/goals", json=body, headers=person.headers)
        assert elsewhere.status_code == 413
        too_much = body | {"content": "A" * (7 * 1024 * 1024)}
        assert (await preview(client, person, too_much)).status_code == 413


class TestKeeping:
    async def test_same_key_keeps_once_also_when_calls_race(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        answers = await asyncio.gather(*(keep(client, person, file(ONE, BAD)) for _ in range(3)))
        assert [answer.status_code for answer in answers] == [201] * 3, answers[0].text
        assert all(answer.json() == answers[0].json() for answer in answers)
        listed = (await get(client, person, "/v1/imports")).json()["imports"]
        assert listed == [answers[0].json()]
        other = await keep(client, person, file(TWO))
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")

    async def test_same_file_again_adds_nothing_and_an_overlapping_one_the_rest(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        await keep(client, person, file(ONE, ONE, TWO))
        again = await preview(client, person, file(ONE, ONE, TWO))
        assert again.json()["counts"] == {"rows": 3, "new": 0, "duplicate": 3, "refused": 0}
        refused = await keep(client, person, file(ONE, ONE, TWO), key="i2")
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_import")
        assert (refused.json()["duplicate"], refused.json()["refused"]) == (3, 0)
        more = await keep(client, person, file(TWO, THREE), key="i3")
        assert more.json()["counts"] == {"rows": 2, "new": 1, "duplicate": 1, "refused": 0}
        assert await held(client, person) == ["3"]

    async def test_different_keys_at_once_keep_each_row_once(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        answers = await asyncio.gather(
            *(keep(client, person, file(ONE, TWO), key=f"k{n}") for n in range(3))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
        assert await held(client, person) == ["3"]

    async def test_nothing_reaches_the_books(
        self, client: httpx.AsyncClient, services: AppServices, person: Person
    ) -> None:
        before = (await get(client, person, "/v1/accounts")).json()
        await keep(client, person, file(ONE, TWO))
        assert (await get(client, person, "/v1/accounts")).json() == before
        assert await services.db.find_many("journals", {"owner": person.user_id}, limit=1) == []


class TestRows:
    async def test_pages_give_every_row_once_and_by_outcome(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        rows = [f"2026-01-05,buy,VTI,{n},10.00,-{n}0.00,USD\n" for n in range(1, 601)]
        made = (await keep(client, person, file(*rows, BAD, BAD))).json()
        path = f"/v1/imports/{made['import_id']}/rows"
        lines: list[int] = []
        after: int | None = 0
        while after is not None:
            page = (await get(client, person, f"{path}?after={after}&limit=150")).json()
            lines += [row["line"] for row in page["rows"]]
            after = page["next_after"]
        assert lines == list(range(2, 604))
        bad = (await get(client, person, f"{path}?outcome=refused&limit=1")).json()
        assert ([row["line"] for row in bad["rows"]], bad["next_after"]) == ([602], 601)
        assert (await get(client, person, f"{path}?outcome=duplicate")).json()["rows"] == []


class TestUndo:
    async def test_twice_is_once_and_history_stays(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        made = (await keep(client, person, file(ONE, BAD))).json()
        first, again = [await undo(client, person, made["import_id"]) for _ in range(2)]
        assert first.json() == again.json()
        assert first.json()["undone_at"] is not None
        assert await held(client, person) == []
        rows = await get(client, person, f"/v1/imports/{made['import_id']}/rows")
        assert [row["line"] for row in rows.json()["rows"]] == [2, 3]
        back = await keep(client, person, file(ONE, BAD), key="i2")
        assert back.json()["counts"]["new"] == 1

    async def test_rows_that_later_files_repeat_count_from_those(
        self, client: httpx.AsyncClient, person: Person
    ) -> None:
        first = (await keep(client, person, file(ONE, ONE, TWO))).json()
        second = (await keep(client, person, file(ONE, TWO, THREE), key="i2")).json()
        assert second["counts"] == {"rows": 3, "new": 1, "duplicate": 2, "refused": 0}
        await undo(client, person, first["import_id"])
        listed = (await get(client, person, "/v1/imports")).json()["imports"]
        assert listed[0]["counts"] == {"rows": 3, "new": 3, "duplicate": 0, "refused": 0}
        assert await held(client, person) == ["2"]
        known = await preview(client, person, file(ONE, ONE, TWO))
        assert known.json()["counts"]["new"] == 1


class TestExport:
    @pytest.mark.parametrize("as_format", ["csv", "json"])
    async def test_imports_again_row_for_row_and_tells_the_whole_file(
        self, client: httpx.AsyncClient, person: Person, services: AppServices, as_format: str
    ) -> None:
        made = (await keep(client, person, file(ONE, ONE, THREE, BAD))).json()
        path = f"/v1/imports/{made['import_id']}/export?format={as_format}"
        answer = await get(client, person, path)
        assert "attachment" in answer.headers["content-disposition"]
        body = file() | {"content": base64.b64encode(answer.content).decode()}
        again = (await preview(client, person, body)).json()
        assert again["counts"] == {"rows": 3, "new": 0, "duplicate": 3, "refused": 0}
        other = (await preview(client, await make_person(services), body)).json()
        kept = await get(client, person, f"/v1/imports/{made['import_id']}/rows?outcome=new")
        assert [row["transaction"] for row in other["rows"]] == [
            row["transaction"] for row in kept.json()["rows"]
        ]
        if as_format == "json":
            told = answer.json()["file"]["rows"]
            assert [(row["line"], row["outcome"]) for row in told][-1] == (5, "refused")
            assert told[-1]["cells"][1] == "magic"


class TestOwnership:
    async def test_others_and_unknown_ones_are_not_found(
        self, client: httpx.AsyncClient, services: AppServices, person: Person
    ) -> None:
        made = (await keep(client, person, file(ONE))).json()
        other = await make_person(services)
        for import_id in (made["import_id"], "0" * 20):
            for path in ("rows", "export"):
                answer = await get(client, other, f"/v1/imports/{import_id}/{path}")
                assert (answer.status_code, answer.json()["code"]) == (404, "import_not_found")
            assert (await undo(client, other, import_id)).status_code == 404
        assert (await get(client, other, "/v1/imports")).json() == {"imports": []}
        assert await held(client, person) == ["1"]
