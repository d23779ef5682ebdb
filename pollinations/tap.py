"""Wires the parts together for ``twist pollinations``. It constructs and connects, and decides
nothing."""

import os
import time
from typing import Any

from twisted.application.service import IService
from twisted.python import usage

from .life.settling import settle
from .life.steady import steady
from .life.trimming import of_glibc, trim_often
from .logs.console import quicken
from .start import Start, WrongStart


class Options(usage.Options):
    """The command line of ``twist pollinations``."""

    optParameters = [
        ["port", "p", None, "Port on 127.0.0.1; 0 lets the system choose. Default: 10001."],
        ["config", "c", None, "The settings. Default: config.json in $POLLINATIONS_HOME."],
        ["free-url", None, None, "Base of the free upstream."],
        ["enter-url", None, None, "Base of the enter upstream."],
        ["signatures", None, None, "Where signatures are kept: memory:, file:PATH or redis://…"],
        ["refresh", None, None, "Seconds between looks at the quota. Default: 30."],
        ["workers", None, None, "Processes that serve. Default: 1."],
    ]
    optFlags = [
        ["demo", None, "Imitate Pollinations inside the process: no network, no key, all features."]
    ]
    longdesc = (
        "Serves the models of Pollinations.ai to OpenAI clients. The key for enter/ models comes"
        " from POLLINATIONS_API_KEY, OpenCode's key store or config.json, never from here."
    )

    start: Start

    def __init__(self) -> None:
        super().__init__()
        self._listen: list[str] = []

    def opt_listen(self, endpoint: str) -> None:
        """Endpoint to listen on instead of --port (tcp:…, unix:…, ssl:…, systemd:…); repeatable."""
        self._listen.append(endpoint)

    opt_l = opt_listen

    def postOptions(self) -> None:
        """
        Merge what was said here with the environment and the settings file.

        :raises twisted.python.usage.UsageError: some of it cannot be.
        """
        said = {name.replace("-", "_"): value for name, value in self.items()}
        demo = bool(said.pop("demo"))
        try:
            self.start = Start.of(said, os.environ, tuple(self._listen), demo)
        except WrongStart as e:
            raise usage.UsageError(str(e)) from e
        if self.parent is not None:
            quicken(self.parent)


def makeService(options: Options, reactor: Any = None) -> IService:
    """
    The proxy, as a service.

    :param reactor: what to run on; by default the global reactor.
    :raises SystemExit: what was asked for cannot be; the message is for a person.
    """
    if reactor is None:
        from twisted.internet import reactor

        steady(reactor)
        settle(reactor)
        trim_often(reactor, of_glibc())
    from .proxy import proxy

    try:
        return proxy(options.start, os.environ, reactor, time.time)
    except (ValueError, OSError) as e:
        # What is wrong in a URI, an endpoint or a file is known only when it is opened.
        raise SystemExit(f"Cannot start: {e}") from e
