"""How many connections there may be: as many as were allowed, and as the system has room for."""

import resource

from ..settings.schema import Listener

COURTESY = 64
"""How many connections beyond that, at most, are told so; more are closed without a word."""

RESERVE = 128
"""Open files that are for other things than clients and upstreams: logs, state, listening."""


def room(bounds: Listener, descriptors: int) -> int:
    """
    How many connections may be open at once.

    Each request that is answered needs a connection of its own to an upstream. A process that has
    used up its files can neither accept a connection nor make one.

    :param bounds: the limits in force.
    :param descriptors: how many files the process may have open.
    """
    left = descriptors - bounds.requests - COURTESY - RESERVE
    return min(bounds.connections, max(left, descriptors // 4, 1))


def descriptors() -> int:
    """How many files this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**31 if soft == resource.RLIM_INFINITY else soft
