"""Probes, headers, the framework's own refusals, and the caps of the one middleware."""

import httpx
import pytest
from fastapi import FastAPI


class TestProbes:
    async def test_live_and_ready(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/livez")).json() == {"status": "alive"}
        ready = (await client.get("/readyz?deps=true")).json()
        assert ready["status"] == "ready"
        assert ready["dependencies"] == {"mongo": True, "redis": True}

    async def test_draining_process_is_not_ready(
        self, app: FastAPI, client: httpx.AsyncClient
    ) -> None:
        app.state.ready = False
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["code"] == "not_ready"
        assert int(answer.headers["retry-after"]) >= 1

    async def test_metrics_count_what_was_answered(self, client: httpx.AsyncClient) -> None:
        await client.get("/livez")
        text = (await client.get("/metrics")).text
        assert 'route="/livez",method="GET",status="2xx"} 1' in text


class TestRefusals:
    @pytest.mark.parametrize("path", ["/v1/nothing-here", "/v1/users/../me/nothing", "/v1"])
    async def test_unknown_api_path_is_a_problem_not_html(
        self, client: httpx.AsyncClient, path: str
    ) -> None:
        answer = await client.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"

    async def test_wrong_method_names_the_right_one(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/livez")
        assert answer.status_code == 405
        assert answer.json()["code"] == "method_not_allowed"
        assert "GET" in answer.headers["allow"]

    async def test_security_headers_are_on_every_answer(self, client: httpx.AsyncClient) -> None:
        headers = (await client.get("/v1/nothing-here")).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]

    async def test_harmless_request_id_is_kept_and_a_strange_one_is_not(
        self, client: httpx.AsyncClient
    ) -> None:
        kept = await client.get("/livez", headers={"x-request-id": "abc-123-xyz"})
        assert kept.headers["x-request-id"] == "abc-123-xyz"
        strange = await client.get("/livez", headers={"x-request-id": "<script>"})
        assert strange.headers["x-request-id"] != "<script>"

    async def test_full_house_is_told_to_come_back(
        self, app: FastAPI, client: httpx.AsyncClient
    ) -> None:
        app.state.metrics.in_flight = 10_000
        answer = await client.get("/livez")
        app.state.metrics.in_flight = 0
        assert answer.status_code == 503
        assert answer.json()["code"] == "unavailable"


class TestDocs:
    async def test_swagger_is_served_from_our_own_files(self, client: httpx.AsyncClient) -> None:
        page = await client.get("/docs")
        assert page.status_code == 200
        assert "http" not in page.text.replace("http-equiv", "")
        for path in ("/docs/start.js", "/docs/static/swagger-ui-bundle.js"):
            assert (await client.get(path)).status_code == 200

    async def test_document_names_policy_and_refusals(self, client: httpx.AsyncClient) -> None:
        document = (await client.get("/openapi.json")).json()
        assert document["openapi"] == "3.1.0"
        operation = document["paths"]["/readyz"]["get"]
        assert operation["x-finnami-policy"]["audience"] == "public"
        assert "application/problem+json" in operation["responses"]["503"]["content"]
