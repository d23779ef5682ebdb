"""What all tests share."""

import gc
import signal
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from twisted.internet.task import deferLater
from twisted.logger import LogEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


class Unhandled:
    """
    Fails the run for errors in Deferreds that nobody has looked at.

    They show when garbage is collected, which may be in any test, or in none. During trial's own
    test cases, trial makes failures of them. What a test has left waiting is no error: as garbage,
    what it waits for may wake it when it is gone already.
    """

    def __init__(self) -> None:
        self.test, self.trials, self.found = "", False, []

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        kind = getattr(item, "cls", None)
        self.test, self.trials = item.nodeid, kind and issubclass(kind, SynchronousTestCase)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.trials = False
        gc.collect()
        if self.found:
            print("\nErrors in Deferreds were not handled, shown at:", *self.found, sep="\n  ")
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def __call__(self, event: LogEvent) -> None:
        failure = event.get("log_failure")
        if event["log_namespace"] != "twisted.internet.defer" or failure is None or self.trials:
            return
        if "already awaited coroutine" not in failure.getErrorMessage():
            self.found.append(self.test)


def pytest_configure(config: pytest.Config) -> None:
    # A shell's background processes ignore interrupts, and those that they start inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    unhandled = Unhandled()
    config.pluginmanager.register(unhandled)
    globalLogPublisher.addObserver(unhandled)


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New folders, by number. For each of its own, ``tmp_path`` reads the names of all others."""
    base = tmp_path_factory.mktemp("elsewhere")
    return (base / str(number) for number in count())


@pytest.fixture(autouse=True)
def _elsewhere(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _folders: Iterator[Path]
) -> None:
    """Trial's ``mktemp`` and stray files land in a temporary folder, and no home is anyone's."""
    if "tmp_path" in request.fixturenames:
        folder = request.getfixturevalue("tmp_path")
    else:
        folder = next(_folders)
        folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setenv("POLLINATIONS_HOME", str(folder / "pollinations"))


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
