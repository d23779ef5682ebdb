"""Commands where no proxy runs: on the files that one would read and write."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from twisted.internet.defer import CancelledError

from ..commands.control import Control
from ..commands.runner import Commands
from ..commands.verb import Told
from ..settings.keys import Keys
from ..start import Start
from ..upstream.accounts import Accounts, accounts_at
from ..upstream.agent import Client, network_client
from ..upstream.outlook import Outlook
from ..upstream.quota import QuotaService
from . import models


def tell(start: Start, environ: Mapping[str, str], words: Sequence[str]) -> Told:
    """
    What a command answers here. A reactor turns meanwhile.

    :param environ: the environment, in which a key may be.
    :param words: the command's name and what follows it.
    :raises KeyboardInterrupt: somebody did not want to wait.
    """

    async def run(reactor: Any) -> Told:
        client = network_client(reactor, start.file.settings.timeouts.connect)
        known = control(start, environ, client, reactor)
        if known.key() is not None:
            # A proxy has looked at the account already, and what a command says depends on it.
            await known.outlook.quota.settled()
        return await Commands(known).run(words)

    return turned(run)


def turned(run: Callable[[Any], Awaitable[Told]]) -> Told:
    """
    What *run* gives, while a reactor turns that is given to it.

    :raises KeyboardInterrupt: somebody did not want to wait.
    """
    # Who talks to a proxy needs no reactor, and importing one takes its time.
    from twisted.internet.task import react

    outcome: list[Told | Exception] = []

    async def main(reactor: Any) -> None:
        try:
            outcome.append(await run(reactor))
        except Exception as e:
            outcome.append(e)

    with suppress(SystemExit):
        react(main)
    [told] = outcome or [CancelledError()]
    if isinstance(told, CancelledError):
        raise KeyboardInterrupt from told
    if isinstance(told, Exception):
        raise told
    return told


def control(
    start: Start,
    environ: Mapping[str, str],
    client: Client,
    reactor: Any,
    now: Callable[[], float] = time.time,
) -> Control:
    """
    What commands look at and change, as it is in the files.

    :param client: what the service is asked with.
    :param reactor: tells the time.
    :param now: tells the time of day, in seconds since the epoch.
    """
    file = start.file
    keys = Keys.read(environ, lambda: file.settings)
    account = accounts_at(lambda: start.enter_url, client, lambda: file.settings, reactor, now)
    accounts = Accounts(account, keys.value)
    quota = QuotaService(accounts, reactor, now, keys.value)
    catalogue = models.known(start.home)
    outlook = Outlook(reactor, lambda: file.settings, lambda: catalogue, keys.value, quota)
    latest, upstreams = lambda: keys.latest, lambda: start.upstreams
    return Control(file, outlook, accounts, latest, now, upstreams=upstreams)
