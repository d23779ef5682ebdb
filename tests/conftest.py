"""What all tests share."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from twisted.internet.task import deferLater

settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Trial's ``mktemp`` and stray files land in a temporary folder, and no home is anyone's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("POLLINATIONS_HOME", str(tmp_path / "pollinations"))


@pytest.fixture(scope="session")
def until() -> Callable[..., Awaitable[None]]:
    """Waits for something outside to become true, while the reactor turns."""

    async def until(true: Callable[[], bool], within: float = 30.0) -> None:
        from twisted.internet import reactor

        deadline = reactor.seconds() + within
        while not true():
            assert reactor.seconds() < deadline, "it has not become true"
            await deferLater(reactor, 0.02)

    return until
