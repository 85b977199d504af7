"""A client that knows nothing but the OpenAPI document, and holds the server to it."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from jsonschema import Draft202012Validator

Json = Any


class ContractBrokenError(AssertionError):
    """The server answered something that its document does not declare."""


@dataclass
class Answer:
    status: int
    body: Json
    headers: httpx.Headers


@dataclass
class OpenApiClient:
    """Calls operations by operationId; every answer is checked against its declared schema."""

    http: httpx.Client
    document: dict[str, Any]
    token: str | None = None
    operations: dict[str, tuple[str, str, dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def at(cls, url: str) -> "OpenApiClient":
        http = httpx.Client(base_url=url, timeout=30)
        document = http.get("/openapi.json").raise_for_status().json()
        client = cls(http, document)
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                client.operations[operation["operationId"]] = (method, path, operation)
        return client

    def signed_in(self, token: str) -> "OpenApiClient":
        return OpenApiClient(self.http, self.document, token, self.operations)

    def call(
        self,
        operation_id: str,
        body: Json = None,
        *,
        headers: dict[str, str] | None = None,
        expect: int | None = None,
        **parameters: str,
    ) -> Answer:
        """Call an operation; `parameters` fill its path, the rest becomes the query."""
        method, path, operation = self.operations[operation_id]
        in_path = {name: value for name, value in parameters.items() if f"{{{name}}}" in path}
        query = {name: value for name, value in parameters.items() if name not in in_path}
        sent = dict(headers or {})
        if operation.get("security") and self.token:
            sent["authorization"] = f"Bearer {self.token}"
        response = self.http.request(
            method.upper(), path.format(**in_path), json=body, params=query, headers=sent
        )
        answer = self._checked(operation_id, operation, response)
        if expect is not None and answer.status != expect:
            raise AssertionError(f"{operation_id}: {answer.status} {answer.body}")
        return answer

    def _checked(
        self, operation_id: str, operation: dict[str, Any], response: httpx.Response
    ) -> Answer:
        declared = operation["responses"].get(str(response.status_code))
        if declared is None:
            raise ContractBrokenError(f"{operation_id}: {response.status_code} is not declared")
        if not response.content:
            return Answer(response.status_code, None, response.headers)
        kind = response.headers["content-type"].split(";")[0]
        content = declared.get("content", {}).get(kind)
        if content is None:
            raise ContractBrokenError(f"{operation_id}: {kind} is not declared")
        body = response.json()
        schema = {**content["schema"], "components": self.document["components"]}
        for error in Draft202012Validator(schema).iter_errors(body):
            raise ContractBrokenError(f"{operation_id}: {error.json_path} {error.message}")
        return Answer(response.status_code, body, response.headers)
