"""One world of keys for all tests of trust: making it anew for each would only cost time."""

import pytest

from tests.trust.world import World, make_world


@pytest.fixture(scope="session")
def world() -> World:
    """A fictional centre with two stations."""
    return make_world()


@pytest.fixture(scope="session")
def stranger() -> World:
    """Another centre, of the very same name, with keys of its own: what an attacker can make."""
    return make_world()
