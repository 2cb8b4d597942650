"""The sentence encoder for the tests that need it: the real one, loaded once for all of them."""

import asyncio
from collections.abc import Iterator

import pytest

from app.faq import semantics
from app.faq.encoder import Encoder, load_encoder
from app.faq.semantics import Semantics


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The encoder itself."""
    loaded = load_encoder("use")
    assert loaded is not None
    return loaded


@pytest.fixture(scope="session")
def loaded_semantics(encoder: Encoder) -> Iterator[Semantics]:
    """A loaded search by meaning that is not in use yet; as patient as a slow machine needs."""
    made = Semantics(lambda: encoder, patience=60.0)
    asyncio.run(made.load())
    yield made
    asyncio.run(made.close())


@pytest.fixture
def by_meaning(loaded_semantics: Semantics) -> Iterator[Semantics]:
    """Search by meaning, in use for the length of a test."""
    semantics.install(loaded_semantics)
    yield loaded_semantics
    semantics.install(None)
