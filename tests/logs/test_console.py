"""What the terminal shows is what Twisted would write."""

import io
from typing import Any

import pytest
from twisted.application.twist._options import TwistOptions
from twisted.logger import LogLevel, jsonFileLogObserver, textFileLogObserver
from twisted.python.failure import Failure

from pollinations.logs.console import quicken, text_observer

COMMON = {"log_format": "{what} happens", "what": "it", "log_namespace": "pollinations.x"}


@pytest.mark.parametrize(
    "event",
    [
        *({"log_time": when} for when in (0.25, 1e9, 1e9 + 0.9, 1e9 + 1, 1e9, -0.5, 1.8e9)),
        {},
        {"log_time": None},
        {"log_time": 5.0, "log_level": LogLevel.warn},
        {"log_time": 5.0, "log_system": "-"},
        {"log_time": 5.0, "what": "two\nlines, é and {}"},
        {"log_time": 5.0, "log_format": "{missing}"},
        {"log_time": 5.0, "log_failure": Failure(ValueError("no"))},
        {"log_time": 5.0, "log_format": None},
    ],
)
@pytest.mark.parametrize("file", [io.StringIO, io.BytesIO])
def test_every_event_is_written_as_twisted_does(file: Any, event: dict[str, Any]) -> None:
    """Byte by byte, into files of text and of bytes."""
    ours, theirs = file(), file()
    for observer in (text_observer(ours), textFileLogObserver(theirs)):
        observer({**COMMON, **event})
        observer({**COMMON, **event})
    assert ours.getvalue() == theirs.getvalue()


@pytest.mark.parametrize(
    ("form", "factory"), [("text", text_observer), ("json", jsonFileLogObserver)]
)
def test_twist_writes_text_with_it(form: str, factory: Any) -> None:
    """And JSON with its own."""
    options = TwistOptions()
    options.parseOptions([f"--log-format={form}", "pollinations"])
    assert options["fileLogObserverFactory"] is factory


def test_other_programs_have_no_such_option() -> None:
    """As ``twistd``."""
    options: dict[str, Any] = {}
    quicken(options)
    assert options == {}
