"""
All the checks together.

A new check is one function and one name here.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.defer import CancelledError

from ...commands.verb import Told
from ...phrase import Phrase
from ...upstream.agent import Client, network_client
from ..alone import turned
from .case import Case
from .files import folder, modes, settings, token
from .finding import Finding
from .opencode import opencode
from .proxy import running
from .service import services
from .signatures import signatures
from .versions import versions

CHECKS: tuple[Callable[[Case], Iterable[Finding]], ...] = (
    running,
    folder,
    modes,
    settings,
    token,
    opencode,
    versions,
)
"""What is looked at on this machine, in the order in which it is told; the services come after."""

_BROKEN = Phrase("this check itself failed ({reason})", "cet examen a échoué ({reason})")
_ALL = Phrase("Nothing is wrong.", "Tout va bien.")
_SOME = Phrase("{count} of these must be mended.", "{count} de ces points sont à corriger.")


def examine(case: Case) -> Told:
    """What is found. A reactor turns meanwhile."""

    async def run(reactor: Any) -> Told:
        client = network_client(reactor, case.start.file.settings.timeouts.connect)
        return told(await found(case, client, reactor), case)

    return turned(run)


async def found(
    case: Case, client: Client, reactor: Any, now: Callable[[], float] = time.time
) -> list[Finding]:
    """
    What all checks find.

    :param client: what services are asked with.
    :param reactor: times that.
    :param now: tells the time of day, in seconds since the epoch.
    """
    everything: list[Finding] = []
    for check in CHECKS:
        everything.extend(_done(check, case))
    everything.extend(await services(case, client, reactor, now))
    everything.append(await signatures(case, reactor))
    return everything


def told(everything: Iterable[Finding], case: Case) -> Told:
    """The report: not ok when something does not work."""
    language = case.start.file.settings.language
    findings = tuple(everything)
    failed = sum(one.state == "fail" for one in findings)
    verdict = _SOME(language, count=failed) if failed else _ALL(language)
    text = "\n".join((*(one.line(language) for one in findings), "", verdict))
    data = {"ok": not failed, "checks": [one.data(language) for one in findings]}
    return Told(text, data, ok=not failed)


def _done(check: Callable[[Case], Iterable[Finding]], case: Case) -> list[Finding]:
    try:
        return list(check(case))
    except CancelledError:
        raise
    except Exception as e:
        # What breaks one check is what somebody looks for; the others are made all the same.
        reason = getattr(e, "strerror", None) or type(e).__name__
        return [Finding(check.__name__, "fail", _BROKEN, fields={"reason": reason})]
