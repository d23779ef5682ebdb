"""
The four seams at which another implementation can be put in.

Each has a public suite of tests in :mod:`pollinations.testing` which every implementation, ours and
yours, inherits. What may wait is declared ``async``; what may not wait must be a plain function.
"""

from collections.abc import Collection, Mapping

from zope.interface import Interface

from .chat.request import ChatRequest, Sanitized
from .errors import UpstreamFailed
from .routing.quota import Quota
from .routing.route import Route
from .routing.situation import Situation


class IRouter(Interface):
    """Decides where a request goes, and where it goes next when that failed."""

    def route(request: ChatRequest, situation: Situation) -> Route:
        """
        Decide where *request* goes.

        The whole decision: pure, without waiting, the same for the same arguments.

        :param request: as the client sent it.
        :param situation: what is known at this moment.
        :raises InvalidRequest: it can go nowhere (401 ``api_key_required``, for one).
        :return: the universe and the model, with the reason when they are not what was asked.
        """

    def fallback(
        request: ChatRequest,
        route: Route,
        failure: UpstreamFailed,
        situation: Situation,
    ) -> Route | None:
        """
        Decide who takes over after *failure*, before a byte has reached the client.

        Asked once for each attempt that failed. As long as another one may help, nobody takes over;
        but that somebody could makes the waits for it shorter.

        :param route: where the request had gone.
        :return: another route with its reason, or ``None``: the failure goes to the client.
        """


class IQuotaProvider(Interface):
    """Knows how much may still be spent."""

    async def quota() -> Quota:
        """
        Look now.

        Takes no longer than its own limit of time, and does not fail for what an upstream does:
        what cannot be found out is a :class:`Quota` whose ``known`` is false.
        """


class ISanitizer(Interface):
    """
    Makes a request acceptable to the model that will answer it.

    It may have a second method, ``recalls(route)``, which says whether what is remembered of a
    conversation is of any use to that model. Where it is not, nothing is looked for.
    """

    def sanitize(
        request: ChatRequest,
        route: Route,
        remembered: Mapping[str, str],
    ) -> Sanitized:
        """
        Return what to send to *route*: *request* or a changed copy, never the same one altered.

        :param request: as the client sent it.
        :param remembered: what an :class:`ISignatureStore` knew of the keys that
            :func:`pollinations.chat.memory.keys_of` found in the request.
        :raises InvalidRequest: nothing that this model accepts can be made of it.
        """


class ISignatureStore(Interface):
    """Remembers what a model wants back later: thought signatures and reasoning."""

    async def get(keys: Collection[str]) -> Mapping[str, str]:
        """
        What is remembered under *keys*; those that are unknown are left out.

        Never fails: a store that cannot be reached remembers nothing.
        """

    async def put(entries: Mapping[str, str]) -> None:
        """
        Remember *entries*, so that a ``get`` that follows finds them.

        Never fails, and waits for no disk: what must be written is written afterwards.
        """
