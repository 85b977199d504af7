"""The composed product on the embedded servers, as the tests of the API have it."""

from tests.api.conftest import app, key_file, services

__all__ = ["app", "key_file", "services"]
