"""One API process for all fuzz tests; the rate limits are forgotten so that calls get in."""

from collections.abc import Iterator

import pytest
import redis as redis_py

from tests.factories.people import Person
from tests.live import LiveApi, make_everything, running_api


@pytest.fixture(scope="session")
def api(
    embedded_mongo_url: str, embedded_redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveApi[Person]]:
    folder = tmp_path_factory.mktemp("fuzz")
    # A Redis database of its own: it is emptied between calls.
    redis_url = embedded_redis_url.rsplit("/", 1)[0] + "/7"
    with running_api(embedded_mongo_url, redis_url, folder, gather=make_everything) as running:
        yield running


@pytest.fixture
def forget_limits(api: LiveApi[Person]) -> Iterator[redis_py.Redis]:
    """A client whose `flushdb()` lets the next calls in; sessions are refilled by themselves."""
    client = redis_py.Redis.from_url(api.redis_url)
    client.flushdb()
    yield client
    client.close()
