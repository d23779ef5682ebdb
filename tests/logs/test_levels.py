"""The settings say what is logged, from the next event on."""

import attrs
import pytest
from twisted.logger import LogLevel, PredicateResult

from pollinations.logs.levels import Levels
from pollinations.settings.schema import Logs, Settings


def logged(settings: Settings) -> set[str]:
    """Which of some events are logged."""
    levels = Levels(lambda: settings)
    events = {
        f"{namespace} {level}": {
            "log_namespace": namespace,
            "log_level": LogLevel.levelWithName(level),
        }
        for namespace in ("pollinations.web.api", "pollinations.upstream.chat", "twisted.web")
        for level in ("debug", "info", "warn")
    }
    return {name for name, event in events.items() if levels(event) is not PredicateResult.no}


WARN = {
    "pollinations.web.api warn",
    "pollinations.upstream.chat warn",
    "twisted.web warn",
}
INFO = {
    "pollinations.web.api info",
    "pollinations.upstream.chat info",
    "twisted.web info",
}


@pytest.mark.parametrize(
    ("settings", "events"),
    [
        (Settings(), WARN | INFO),
        (Settings(logs=Logs("warn")), WARN),
        (
            Settings(debug=True),
            WARN | INFO | {"pollinations.web.api debug", "pollinations.upstream.chat debug"},
        ),
        (
            Settings(logs=Logs(levels=("pollinations.upstream=debug",))),
            WARN | INFO | {"pollinations.upstream.chat debug"},
        ),
        (
            Settings(debug=True, logs=Logs(levels=("pollinations.web=warn",))),
            (WARN | INFO | {"pollinations.upstream.chat debug"}) - {"pollinations.web.api info"},
        ),
    ],
)
def test_what_is_logged(settings: Settings, events: set[str]) -> None:
    assert logged(settings) == events


def test_another_setting_counts_at_once() -> None:
    settings = Settings()
    levels = Levels(lambda: settings)
    event = {"log_namespace": "pollinations.x", "log_level": LogLevel.debug}
    assert levels(event) is PredicateResult.no
    settings = attrs.evolve(settings, debug=True)
    assert levels(event) is PredicateResult.maybe


def test_what_has_no_level_is_not_logged() -> None:
    assert Levels(Settings)({"log_namespace": "x"}) is PredicateResult.no
