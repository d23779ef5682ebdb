"""What every router must do, as tests to inherit."""

from copy import deepcopy
from typing import TYPE_CHECKING

from zope.interface.verify import verifyObject

from ..chat.request import ChatRequest
from ..errors import InvalidRequest, Phase, UpstreamFailed
from ..interfaces import IRouter
from ..routing.catalogue import Catalogue, Model
from ..routing.quota import Quota
from ..routing.route import Route
from ..routing.situation import Situation
from ..settings.schema import Mode, Settings

if TYPE_CHECKING:
    from twisted.trial.unittest import SynchronousTestCase as _TestCase
else:
    _TestCase = object

MESSAGES = ({"role": "user", "content": "Hello."},)
TOOLS = ({"type": "function", "function": {"name": "read", "parameters": {"type": "object"}}},)
MODELS = ("", "openai", "free/openai", "enter/gemini", "enter/openai/gpt-5.4:x", "é/ /ß", "/")
MODES: tuple[Mode | None, ...] = (None, "manual", "alwaysfree", "pro")
PHASES: tuple[Phase, ...] = ("connect", "first_byte", "reply", "stream")
STATUSES = (400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 524, 530)
LONGEST_CHAIN = 10
"""How many may take over from each other before that counts as going in circles."""


def requests() -> list[ChatRequest]:
    """Requests for models of all kinds, with tools and without."""
    bare = [ChatRequest({"model": model, "messages": [*MESSAGES]}) for model in MODELS]
    return [*bare, *(request.but(tools=[*TOOLS]) for request in bare)]


def situations() -> list[Situation]:
    """Situations of all kinds, those of a first start and of an empty account among them."""
    listed = Catalogue({"free": (Model("openai"),), "enter": (Model("gemini", paid_only=True),)})
    quotas = (
        Quota(),
        Quota(limited=True),
        Quota(known=True),
        Quota(known=True, wallet=50.0, split=False),
        Quota(known=True, grant=9.0, limit=10.0, wallet=50.0, tier="flower"),
    )
    return [
        Situation(Settings(mode=mode), catalogue, quota, cooling, has_key)
        for mode in MODES
        for catalogue in (Catalogue(), listed)
        for quota in quotas
        for cooling in ({}, {("enter", "gemini"): 5.0, ("free", "openai"): 60.0})
        for has_key in (False, True)
    ]


def failures() -> list[UpstreamFailed]:
    """Failures of all kinds."""
    return [UpstreamFailed(phase, status, "It failed.") for phase in PHASES for status in STATUSES]


class RouterTests(_TestCase):
    """
    Inherit this beside :class:`twisted.trial.unittest.SynchronousTestCase`, and say how to make the
    router: ``class MyRouterTests(RouterTests, SynchronousTestCase)``.
    """

    def make_router(self) -> IRouter:
        """A router to test."""
        raise NotImplementedError

    def test_provides_the_interface(self) -> None:
        """It has the methods of a router, with their arguments."""
        self.assertTrue(verifyObject(IRouter, self.make_router()))

    def test_decides_at_once(self) -> None:
        """Whatever is asked, in whatever situation, there is a route or a refusal."""
        for route in self._routes():
            self.assertIsInstance(route, Route)
            self.assertTrue(route.universe)
            self.assertTrue(route.model)

    def test_decides_the_same_again(self) -> None:
        """The decision depends on nothing but the arguments."""
        self.assertEqual(self._routes(), self._routes())

    def test_leaves_the_request_alone(self) -> None:
        """A request that was routed can be routed again: it is what it was."""
        router = self.make_router()
        for request in requests():
            before = deepcopy(request.body)
            _routed(router, request, situations()[-1])
            self.assertEqual(request.body, before)

    def test_another_takes_over(self) -> None:
        """Who takes over is somebody else than who failed, and there is a reason for it."""
        for failed, other in self._rescues():
            self.assertNotEqual(other.name, failed.name)
            self.assertTrue(other.reason)

    def test_taking_over_ends(self) -> None:
        """Models that fail one after the other do not lead in circles."""
        router, situation = self.make_router(), situations()[-1]
        for request in requests():
            for failure in failures():
                self._follow(router, request, failure, situation)

    def _follow(
        self, router: IRouter, request: ChatRequest, failure: UpstreamFailed, situation: Situation
    ) -> None:
        route = _routed(router, request, situation)
        for _ in range(LONGEST_CHAIN):
            if route is None:
                return
            route = router.fallback(request, route, failure, situation)
        self.assertIsNone(route, f"{failure.status} leads in circles")

    def _routes(self) -> list[Route]:
        router = self.make_router()
        routes = (
            _routed(router, request, situation)
            for situation in situations()
            for request in requests()
        )
        return [route for route in routes if route is not None]

    def _rescues(self) -> list[tuple[Route, Route]]:
        router = self.make_router()
        asked = (
            (request, route, situation)
            for request in requests()
            for situation in situations()[-4:]
            if (route := _routed(router, request, situation)) is not None
        )
        return [
            (route, other)
            for request, route, situation in asked
            for failure in failures()
            if (other := router.fallback(request, route, failure, situation)) is not None
        ]


def _routed(router: IRouter, request: ChatRequest, situation: Situation) -> Route | None:
    try:
        return router.route(request, situation)
    except InvalidRequest:
        return None
