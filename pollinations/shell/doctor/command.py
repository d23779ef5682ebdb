"""``doctor``, the command."""

import click

from ...commands.verb import Told
from ..show import show, waiting
from ..work import here, json_option


@click.command(params=[json_option()])
def doctor(as_json: bool) -> None:
    """
    Examine everything that a proxy depends on, and say what to do.

    The proxy that runs and its port, the home folder and its files, the settings, the key, both
    services, where signatures are kept, OpenCode, versions. The exit status is 1 when something
    does not work.
    """
    with waiting("Examining…"):
        told = _told()
    show(told, as_json, report="checks" in told.data)


def _told() -> Told:
    # Nobody but the doctor needs what these bring along.
    from ...start import Start, WrongStart
    from .case import Case
    from .examination import examine

    environ = here().environ
    try:
        start = Start.of({}, environ)
    except WrongStart as e:
        return Told(str(e), {"ok": False, "error": str(e)}, ok=False)
    return examine(Case.of(start, environ))
