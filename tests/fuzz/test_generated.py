"""Every operation under input generated from the OpenAPI document: no 5xx, answers as declared."""

from collections import Counter

import pytest
import redis as redis_py
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response
from schemathesis.specs.openapi.checks import response_schema_conformance

from app.core.config import Settings
from app.main import create_app
from tests.factories.people import Person
from tests.live import LiveApi

DOCUMENT = create_app(Settings()).openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}
CASES_AT_LEAST = 2_000
PER_OPERATION = max(36, -(-6 * CASES_AT_LEAST // (5 * len(OPERATIONS))))
# A fifth more, because an operation without parameters has few different cases.
# What any HTTP server may say of a request it cannot read; all other statuses are declared.
UNREADABLE = {400, 405, 413, 415}
PROBLEM = {"type", "title", "status", "code", "detail", "request_id"}
COUNTS: Counter[tuple[str, int]] = Counter()


def require_sound(case: Case, answer: Response) -> None:
    """Fail on a 5xx, an undeclared status, a refusal in another shape, an answer off its schema."""
    status, text = answer.status_code, answer.content[:500]
    assert status < 500, (status, text)
    assert str(status) in case.operation.definition.raw["responses"] or status in UNREADABLE, text
    if status < 400:
        case.validate_response(answer, checks=[response_schema_conformance])
        return
    assert answer.headers["content-type"] == ["application/problem+json"], answer.headers
    problem = answer.json()
    assert problem.keys() >= PROBLEM, text
    assert problem["status"] == status, text


@pytest.mark.row("S4")
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_server_error_and_no_undeclared_answer(
    label: str, api: LiveApi[Person], forget_limits: redis_py.Redis
) -> None:
    operation = OPERATIONS[label]
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=PER_OPERATION,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def one(case: Case) -> None:
        forget_limits.flushdb()
        answer = case.call(base_url=api.url, headers=api.headers_of(api.cast), timeout=60)
        COUNTS[label, answer.status_code] += 1
        require_sound(case, answer)

    one()


def test_the_run_was_large_and_got_past_the_door(api: LiveApi[Person]) -> None:
    """Runs last in this file: most calls must have reached a route, not a refusal at the door."""
    statuses: Counter[int] = Counter()
    for (_, status), count in COUNTS.items():
        statuses[status] += count
    total = statuses.total()
    # What was asked is what this run reports.
    print(f"cases={total} by status={dict(sorted(statuses.items()))}")  # noqa: T201
    assert api.process.poll() is None, api.complaints()
    if len({label for label, _ in COUNTS}) < len(OPERATIONS):
        pytest.skip("only part of the operations ran")
    assert total >= CASES_AT_LEAST
    assert sum(count for status, count in statuses.items() if status < 300) > total / 10
    signed_in = [label for label in OPERATIONS if "security" in OPERATIONS[label].definition.raw]
    shut_out = [label for label in signed_in if set(_statuses(label)) <= {401, 403, 429}]
    assert shut_out == []


def _statuses(label: str) -> list[int]:
    return [status for name, status in COUNTS if name == label]
