"""Where requests go, mode by mode, row by row."""

import math
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from pollinations.chat.request import ChatRequest
from pollinations.errors import InvalidRequest, UpstreamFailed
from pollinations.interfaces import IRouter
from pollinations.routing.catalogue import Catalogue, Model
from pollinations.routing.failure import verdict
from pollinations.routing.quota import Quota
from pollinations.routing.route import Route
from pollinations.routing.router import TierRouter
from pollinations.routing.situation import Situation
from pollinations.settings.schema import (
    EnterFallbacks,
    Fallbacks,
    FreeFallbacks,
    Settings,
    Thresholds,
)
from pollinations.testing.routers import TOOLS, RouterTests

ROUTER = TierRouter()
MISTRAL = Model("mistral", tools=True)
FAST = Model("openai-fast", ("openai", "gpt-oss"), tools=True)
GEMINI = Model("gemini", ("gemini-3-flash",), tools=True, context_length=100_000)
MUTE = Model("bidara", tools=False)
PAINTER = Model("flux", output_modalities=("image",))
ENTER = (
    Model("gemini", tools=True, context_length=1_000_000),
    Model("gemini-large", ("gemini-3-pro",), tools=True, paid_only=True),
    Model("claude", tools=True),
)
CATALOGUE = Catalogue({"free": (MISTRAL, FAST, GEMINI, MUTE), "enter": ENTER})
RICH = Quota(True, grant=9.0, limit=10.0, wallet=50.0, tier="flower")
UNREACHABLE = "Quota Unreachable (Safety)"
PROTECTED = "Daily Tier < 10% (Wallet Protected)"
CRITICAL = "Wallet & Tier Critical"
PAID_ONLY = "Paid Only Model requires purchased credits"
PAID_PROTECTED = "Paid Only Model (Wallet Protected)"
QUEST = "Quest Pollen < 0.05 (Wallet Protected)"
CAUSES = {
    "": "",
    UNREACHABLE: "quota_unknown",
    PROTECTED: "tier_protected",
    QUEST: "quest_protected",
    CRITICAL: "wallet_and_tier",
    PAID_ONLY: "paid_only",
    PAID_PROTECTED: "paid_only",
}


def asked(model: str = "enter/gemini", tools: bool = False) -> ChatRequest:
    """A request for *model*."""
    request = ChatRequest({"model": model, "messages": [{"role": "user", "content": "Hello."}]})
    return request.but(tools=[*TOOLS]) if tools else request


def situation(mode: Any = "pro", quota: Quota = RICH, **fields: Any) -> Situation:
    """A situation with a key, a catalogue and money, unless *fields* say otherwise."""
    usual: dict[str, Any] = {"catalogue": CATALOGUE, "has_key": True, "settings": Settings(mode)}
    return Situation(quota=quota, **{**usual, **fields})


def tier(grant: float, wallet: float = 50.0, limit: float = 10.0) -> Quota:
    """A quota in the world of tiers."""
    return Quota(True, grant, limit, wallet, tier="flower")


def wallets(grant: float, paid: float) -> Quota:
    """A quota in the world of two wallets."""
    return Quota(True, grant, wallet=paid)


def total(balance: float) -> Quota:
    """A quota that does not say what of it was paid for."""
    return Quota(True, wallet=balance, split=False)


TABLE = [
    # mode, quota, reason; the wallet's bound is strict, the grant's is not
    ("manual", Quota(), ""),
    ("manual", tier(0.0, 0.0), ""),
    ("manual", Quota(limited=True), ""),
    ("alwaysfree", Quota(), UNREACHABLE),
    ("alwaysfree", Quota(limited=True), UNREACHABLE),
    ("alwaysfree", total(100.0), UNREACHABLE),
    ("alwaysfree", tier(0.0), PROTECTED),
    ("alwaysfree", tier(0.9999), PROTECTED),
    ("alwaysfree", tier(1.0), PROTECTED),
    ("alwaysfree", tier(1.0001), ""),
    ("alwaysfree", tier(0.3, limit=3.0), PROTECTED),
    ("alwaysfree", tier(0.1, limit=1.0), PROTECTED),
    ("alwaysfree", tier(10.0, 0.0), ""),
    ("alwaysfree", wallets(0.05, 100.0), QUEST),
    ("alwaysfree", wallets(0.0, 100.0), QUEST),
    ("alwaysfree", wallets(0.0501, 0.0), ""),
    ("pro", Quota(), UNREACHABLE),
    ("pro", Quota(limited=True), ""),
    ("pro", tier(1.0, 5.0), ""),
    ("pro", tier(1.0, 4.9999), CRITICAL),
    ("pro", tier(1.0001, 4.9999), ""),
    ("pro", tier(0.0, 0.0), CRITICAL),
    ("pro", tier(9.0, 0.0), ""),
    ("pro", wallets(0.05, 4.99), CRITICAL),
    ("pro", wallets(0.0501, 0.0), ""),
    ("pro", wallets(0.0, 5.0), ""),
    ("pro", total(0.06), ""),  # it may all be granted
    ("pro", total(0.05), CRITICAL),  # whatever it is, it is too little
]


@pytest.mark.parametrize(("mode", "quota", "reason"), TABLE)
def test_every_row_of_the_safety_net(mode: Any, quota: Quota, reason: str) -> None:
    """An enter request goes to free for this reason, or stays."""
    route = ROUTER.route(asked(), situation(mode, quota))
    assert (route.reason, route.cause) == (reason, CAUSES[reason])
    assert route.universe == ("free" if reason else "enter")


@pytest.mark.parametrize(("mode", "quota"), [(mode, quota) for mode, quota, _ in TABLE])
def test_a_free_request_is_never_the_quotas_business(mode: Any, quota: Quota) -> None:
    """What costs nothing goes where it was sent."""
    route = ROUTER.route(asked("free/gemini"), situation(mode, quota))
    assert route == Route("free", "gemini", entry=GEMINI)


@pytest.mark.parametrize(
    ("mode", "quota", "reason"),
    [
        ("manual", tier(9.0, 0.0), ""),
        ("pro", tier(9.0, 0.001), PAID_ONLY),
        ("pro", tier(9.0, 0.0011), ""),
        ("pro", wallets(9.0, 0.0), PAID_ONLY),
        ("pro", Quota(limited=True), ""),  # what cannot be seen is the upstream's to say
        ("pro", Quota(), UNREACHABLE),
        ("pro", total(0.0), PAID_ONLY),
        ("alwaysfree", tier(9.0, 0.001), PAID_ONLY),
        # Only the wallet buys it, and this mode promises never to touch the wallet.
        ("alwaysfree", tier(9.0, 50.0), PAID_PROTECTED),
    ],
)
@pytest.mark.parametrize("name", ["gemini-large", "gemini-3-pro"])
def test_a_paid_only_model_needs_a_wallet(mode: Any, quota: Quota, reason: str, name: str) -> None:
    """Purchased pollen alone buys it, by whichever of its names it was asked for."""
    route = ROUTER.route(asked(f"enter/{name}"), situation(mode, quota))
    assert (route.reason, route.cause) == (reason, CAUSES[reason])


@pytest.mark.parametrize(
    ("percent", "quota", "reason"),
    [
        (25.0, tier(2.5), "Daily Tier < 25% (Wallet Protected)"),
        (12.5, tier(1.25), "Daily Tier < 12.5% (Wallet Protected)"),
        (12.5, tier(1.2501), ""),
        (0.0, tier(0.0), "Daily Tier < 0% (Wallet Protected)"),
        (0.0, tier(0.0001), ""),
    ],
)
def test_thresholds_are_settings(percent: float, quota: Quota, reason: str) -> None:
    """The bounds are the settings', and the reason says which."""
    settings = Settings("alwaysfree", thresholds=Thresholds(tier=percent))
    assert ROUTER.route(asked(), situation(quota=quota, settings=settings)).reason == reason


@pytest.mark.parametrize("mode", [None, "manual", "pro"])
def test_enter_needs_a_key(mode: Any) -> None:
    """Without one there is nothing to try, and the answer says so."""
    with pytest.raises(InvalidRequest) as refused:
        ROUTER.route(asked(), situation(mode, has_key=False))
    assert (refused.value.status, refused.value.code) == (401, "api_key_required")


def test_alwaysfree_needs_no_key() -> None:
    """Who never wants to pay is answered by a free model."""
    route = ROUTER.route(asked(), situation("alwaysfree", Quota(), has_key=False))
    assert (route.name, route.reason) == ("free/mistral", "No API Key (Wallet Protected)")
    assert route.cause == "no_key"


@pytest.mark.parametrize(("has_key", "reason"), [(True, UNREACHABLE), (False, "")])
def test_the_mode_nobody_chose(has_key: bool, reason: str) -> None:
    """It is pro with a key and manual without."""
    model = "enter/gemini" if has_key else "free/gemini"
    route = ROUTER.route(asked(model), situation(None, Quota(), has_key=has_key))
    assert route.reason == reason


class WhoAnswersInsteadTests(SynchronousTestCase):
    """Which model takes an enter request that may not be paid for."""

    def instead(self, free: tuple[Model, ...] | None, tools: bool = False, **names: str) -> str:
        main, agent = names.get("main", "free/mistral"), names.get("agent", "free/openai-fast")
        fallbacks = Fallbacks(FreeFallbacks(main), EnterFallbacks(agent))
        known = Catalogue({} if free is None else {"free": free, "enter": ENTER})
        settings = Settings("pro", fallbacks=fallbacks)
        route = ROUTER.route(
            asked(tools=tools),
            situation("pro", Quota(), settings=settings, catalogue=known),
        )
        self.assertEqual((route.universe, route.reason), ("free", UNREACHABLE))
        self.assertEqual(route.entry, known.find("free", route.model))
        return route.model

    def test_main_without_tools(self) -> None:
        """``fallbacks.free.main`` chats."""
        self.assertEqual(self.instead((FAST, MISTRAL)), "mistral")

    def test_agent_with_tools(self) -> None:
        """``fallbacks.enter.agent`` works with tools."""
        self.assertEqual(self.instead((MISTRAL, FAST), tools=True), "openai-fast")

    def test_an_alias_will_do(self) -> None:
        """A fallback may be named by an alias."""
        self.assertEqual(self.instead((MISTRAL, FAST), main="gpt-oss"), "gpt-oss")

    def test_the_name_may_have_any_prefix(self) -> None:
        """Prefixes say nothing: the safety net always ends in the free universe."""
        for name in ("mistral", "free/mistral", "enter/mistral", "pollinations/free/mistral"):
            self.assertEqual(self.instead((FAST, MISTRAL), main=name), "mistral")

    def test_an_enter_model_never_answers_instead(self) -> None:
        """``enter/claude`` as a fallback would spend: a free model answers."""
        self.assertEqual(self.instead((FAST, MISTRAL), main="enter/claude"), "openai-fast")

    def test_one_that_is_gone(self) -> None:
        """The catalogue's first model takes its place."""
        self.assertEqual(self.instead((FAST, GEMINI)), "openai-fast")

    def test_one_that_can_do_the_job(self) -> None:
        """With tools, that is the first one that is not known to lack them, and writes text."""
        self.assertEqual(self.instead((PAINTER, MUTE, GEMINI), tools=True), "gemini")

    def test_a_list_that_does_not_say(self) -> None:
        """A model of which nothing is known may be able to."""
        self.assertEqual(self.instead((MUTE, Model("new")), tools=True), "new")

    def test_nobody_who_can(self) -> None:
        """Then the configured one is asked all the same: the request must not be paid for."""
        self.assertEqual(self.instead((MUTE, PAINTER), tools=True), "openai-fast")

    def test_no_catalogue_yet(self) -> None:
        """Then the configured one is believed in."""
        self.assertEqual(self.instead(None), "mistral")

    def test_an_empty_name(self) -> None:
        """Settings that name nobody are not the client's fault."""
        self.assertEqual(self.instead((FAST, MISTRAL), main="free/"), "openai")


class CooldownTests(SynchronousTestCase):
    """What is cooling down is gone round."""

    def routed(self, model: str, cooling: dict[tuple[str, str], float], mode: str = "pro") -> Route:
        return ROUTER.route(asked(model), situation(mode, cooling=cooling))

    def test_goes_round(self) -> None:
        """A model that failed lately is left alone, and the reason says for how long."""
        route = self.routed("enter/gemini", {("enter", "gemini"): 4.2})
        self.assertEqual(route.name, "free/mistral")
        self.assertEqual(route.reason, "Recent Failures (Cooldown 5s)")
        self.assertEqual(route.cause, "cooldown")
        self.assertFalse(route.rescue)

    def test_out_of_pollen(self) -> None:
        """A model that wants pollen is left alone until there is some."""
        route = self.routed("enter/gemini", {("enter", "gemini"): math.inf})
        self.assertEqual(route.reason, "Insufficient Funds (Cooldown)")
        self.assertEqual(route.cause, "cooldown")

    def test_manual_tries(self) -> None:
        """Manual has no safety net: it is asked all the same."""
        route = self.routed("enter/gemini", {("enter", "gemini"): 4.2}, "manual")
        self.assertEqual((route.name, route.reason), ("enter/gemini", ""))

    def test_by_any_name(self) -> None:
        """A model cools down whichever of its names failed."""
        self.assertEqual(
            self.routed("enter/gemini-3-pro", {("enter", "gemini-large"): 9.0}).universe, "free"
        )

    def test_free_goes_to_free(self) -> None:
        """A free model has ``fallbacks.free.agent`` for it."""
        route = self.routed("free/mistral", {("free", "mistral"): 9.0})
        self.assertEqual(route.name, "free/openai-fast")

    def test_not_to_one_that_cools_down_too(self) -> None:
        """Who takes over is one that can be asked."""
        route = self.routed("enter/gemini", {("enter", "gemini"): 9.0, ("free", "mistral"): 9.0})
        self.assertEqual(route.name, "free/openai-fast")

    def test_everybody_cools_down(self) -> None:
        """Then the one that was asked for is tried: it is no worse than the others."""
        cooling = {("free", model.name): 9.0 for model in CATALOGUE.models["free"]}
        route = self.routed("free/mistral", cooling)
        self.assertEqual((route.name, route.reason), ("free/mistral", ""))

    def test_money_comes_first(self) -> None:
        """That a request may not be paid for is a reason that does not go away by waiting."""
        route = ROUTER.route(asked(), situation(quota=Quota(), cooling={("enter", "gemini"): 9.0}))
        self.assertEqual(route.reason, UNREACHABLE)


def failed(status: int, phase: Any = "reply", code: str | None = None) -> UpstreamFailed:
    """A failure with this *status*."""
    return UpstreamFailed(phase, status, "It failed.", code)


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (failed(402), "Insufficient Funds (Upstream 402)"),
        (failed(402, code="key_budget_exhausted"), "Insufficient Funds (Upstream 402)"),
        (failed(429), "Rate Limit (Upstream 429)"),
        (failed(401), "Invalid API Key (Upstream 401)"),
        (failed(403), "Access Denied (403)"),
        (failed(500), "Upstream Unavailable (500)"),
        (failed(502), "Upstream Unavailable (502)"),
        (failed(503), "Upstream Unavailable (503)"),
        (failed(530), "Upstream Unavailable (530)"),
        (failed(502, "connect"), "Upstream Unavailable (502)"),
        (failed(502, "first_byte"), "Upstream Unavailable (502)"),
        (failed(502, "stream"), "Upstream Unavailable (502)"),
        (failed(504, "first_byte"), "Upstream Timeout"),
        (failed(504, "stream"), "Upstream Timeout"),
        (failed(524), "Upstream Timeout"),
        (
            failed(400, code="context_length_exceeded"),
            "Context Length Exceeded (Upstream 400)",
        ),
        (failed(400), None),
        (failed(400, code="content_filter"), None),
        (failed(404), None),
        (failed(413), None),
        (failed(422), None),
    ],
)
@pytest.mark.parametrize(("tools", "model"), [(False, "mistral"), (True, "openai-fast")])
def test_who_takes_over_from_enter(
    failure: UpstreamFailed, reason: str | None, tools: bool, model: str
) -> None:
    """A refusal or a breakdown is answered by a free model, what the client did wrong is not."""
    request = asked("enter/claude", tools)
    route = ROUTER.route(request, situation())
    other = ROUTER.fallback(request, route, failure, situation())
    if reason is None:
        assert other is None
    else:
        assert other is not None
        assert (other.name, other.reason, other.rescue) == (f"free/{model}", reason, True)
        assert other.cause == verdict(failure, route, request).cause
    assert ROUTER.fallback(request, route, failure, situation("manual")) is None


class RescueTests(SynchronousTestCase):
    """Who takes over after a failure, and who does not."""

    def rescue(
        self, model: str, failure: UpstreamFailed, tools: bool = False, **fields: Any
    ) -> Route | None:
        request, now = asked(model, tools), situation(**fields)
        return ROUTER.fallback(request, ROUTER.route(request, now), failure, now)

    def test_gemini_with_tools(self) -> None:
        """A free gemini that is refused for its tools is replaced, and the reason names by whom."""
        other = self.rescue("free/gemini", failed(401), tools=True)
        assert other is not None
        self.assertEqual(other.name, "free/openai-fast")
        self.assertEqual(other.reason, "Gemini Tools Auth Failed (Fallback to openai-fast)")

    def test_gemini_without_tools(self) -> None:
        """Without tools a 401 of the free universe is an answer like any other."""
        self.assertIsNone(self.rescue("free/gemini", failed(401)))

    def test_others_with_tools(self) -> None:
        """So it is for models that are no gemini."""
        self.assertIsNone(self.rescue("free/mistral", failed(401), tools=True))

    def test_a_free_model_that_is_down(self) -> None:
        """Another free model answers for it."""
        other = self.rescue("free/mistral", failed(503))
        assert other is not None
        self.assertEqual(other.name, "free/openai-fast")

    def test_the_free_universe_is_away(self) -> None:
        """Its models live at one address: none of them can answer for the others."""
        for failure in (failed(502, "connect"), failed(429), failed(402), failed(403)):
            self.assertIsNone(self.rescue("free/mistral", failure))

    def test_the_fallback_itself_failed(self) -> None:
        """Then the next best takes over, not the same one again."""
        for name in ("free/openai-fast", "free/openai"):
            other = self.rescue(name, failed(503))
            assert other is not None
            self.assertEqual(other.name, "free/mistral")

    def test_nobody_else(self) -> None:
        """With one model in the list there is nobody to take over."""
        alone = Catalogue({"free": (FAST,)})
        self.assertIsNone(self.rescue("free/openai-fast", failed(503), catalogue=alone))

    def test_a_safety_net_under_the_safety_net(self) -> None:
        """Who answers because of the quota may break down like anybody, and be replaced."""
        other = self.rescue("enter/gemini", failed(503), quota=Quota())
        assert other is not None
        self.assertEqual(other.name, "free/openai-fast")

    def test_a_rescue_is_not_rescued(self) -> None:
        """When who took over fails too, the first failure is the answer."""
        other = self.rescue("enter/gemini", failed(503))
        assert other is not None
        self.assertIsNone(ROUTER.fallback(asked(), other, failed(503), situation()))

    def test_not_to_one_that_cools_down(self) -> None:
        """A fallback that fails itself at the moment is gone round."""
        other = self.rescue("enter/gemini", failed(503), cooling={("free", "mistral"): 5.0})
        assert other is not None
        self.assertEqual(other.name, "free/openai-fast")

    def test_too_long_for_both(self) -> None:
        """What is too long for one model goes to none that is known to read no more."""
        overflow = failed(400, code="context_length_exceeded")
        small = Catalogue({"free": (attrs.evolve(MISTRAL, context_length=32_000),), "enter": ENTER})
        self.assertIsNone(self.rescue("enter/gemini", overflow, catalogue=small))
        self.assertIsNotNone(self.rescue("enter/claude", overflow, catalogue=small))

    def test_nothing_is_ever_spent(self) -> None:
        """Whatever fails, nobody but free models takes over."""
        names = Fallbacks(
            FreeFallbacks("enter/claude", "enter/claude"), EnterFallbacks("enter/claude")
        )
        settings = Settings("alwaysfree", fallbacks=names)
        for model in ("free/mistral", "enter/gemini"):
            other = self.rescue(model, failed(503), settings=settings)
            assert other is not None
            self.assertEqual(other.universe, "free")


class TierRouterTests(RouterTests, SynchronousTestCase):
    """Our router is a router."""

    def make_router(self) -> IRouter:
        return TierRouter()


amounts = st.floats(0, 100, allow_nan=False)
quotas = st.builds(
    Quota,
    st.booleans(),
    amounts,
    st.sampled_from([0.0, 1.0, 10.0]),
    amounts,
    st.booleans(),
    st.booleans(),
)


@given(
    st.sampled_from(["gemini", "gemini-large", "nobody"]),
    st.sampled_from(["", "free/", "enter/"]),
    quotas,
    st.booleans(),
    st.booleans(),
)
def test_alwaysfree_never_touches_the_wallet(
    model: str, prefix: str, quota: Quota, has_key: bool, tools: bool
) -> None:
    """It spends only where it is sure that there is a grant, and that the grant pays."""
    route = ROUTER.route(
        asked(prefix + model, tools), situation("alwaysfree", quota, has_key=has_key)
    )
    if route.universe == "enter":
        assert has_key
        assert quota.known
        assert quota.split
        assert not quota.limited
        assert quota.grant > 0
        assert model != "gemini-large"


@given(st.sampled_from(["enter/gemini", "enter/gemini-large"]), quotas, st.booleans())
def test_manual_goes_where_it_is_sent(model: str, quota: Quota, tools: bool) -> None:
    """Whatever happens."""
    route = ROUTER.route(asked(model, tools), situation("manual", quota))
    assert (route.name, route.reason) == (model, "")
