"""
Where a request goes, and who answers instead.

The rule of this file: the safety net never spends. Whatever the settings name, it ends in the free
universe.
"""

import math
from collections.abc import Iterator
from typing import Final

import attrs
from zope.interface import implementer

from ..chat.envelope import OVERFLOW
from ..chat.request import DEFAULT_MODEL, ChatRequest
from ..errors import InvalidRequest, UpstreamFailed
from ..interfaces import IRouter
from .catalogue import Model
from .failure import verdict
from .names import parse, resolve
from .quota import NOTHING, Quota
from .route import ENTER, FREE, Route
from .situation import Situation

Reason = tuple[str, str]
"""Why another model is asked: in a word, for whoever counts, and as people are told."""

_UNREACHABLE: Final = ("quota_unknown", "Quota Unreachable (Safety)")
_CRITICAL: Final = ("wallet_and_tier", "Wallet & Tier Critical")
_PAID_ONLY: Final = ("paid_only", "Paid Only Model requires purchased credits")
_PAID_PROTECTED: Final = ("paid_only", "Paid Only Model (Wallet Protected)")
_NO_KEY: Final = ("no_key", "No API Key (Wallet Protected)")
_OUT_OF_POLLEN: Final = ("cooldown", "Insufficient Funds (Cooldown)")


@implementer(IRouter)
@attrs.frozen
class TierRouter:
    """The router of this package: by mode, quota, what the catalogue knows and what cools down."""

    def route(self, request: ChatRequest, situation: Situation) -> Route:
        """See :meth:`pollinations.interfaces.IRouter.route`."""
        asked = _route(*resolve(request.model, situation.catalogue, situation.has_key), situation)
        if asked.universe == ENTER and not situation.has_key and situation.mode != "alwaysfree":
            raise InvalidRequest(
                "This model needs an API key of Pollinations: POLLINATIONS_API_KEY, or apiKey in"
                " the settings.",
                param="model",
                status=401,
                code="api_key_required",
            )
        if situation.mode == "manual":
            return asked
        if asked.universe == ENTER and (reason := _too_dear(asked, situation)):
            return _because(reason, _instead(asked, request, situation))
        return _around_cooldown(asked, request, situation)

    def fallback(
        self,
        request: ChatRequest,
        route: Route,
        failure: UpstreamFailed,
        situation: Situation,
    ) -> Route | None:
        """See :meth:`pollinations.interfaces.IRouter.fallback`."""
        if situation.mode == "manual" or route.rescue:
            return None
        meaning = verdict(failure, route, request)
        if not meaning.reason:
            return None
        candidates = _candidates(route, request, situation)
        if failure.code == OVERFLOW:
            candidates = (one for one in candidates if _reads_more(one.entry, route.entry))
        other = next(candidates, None)
        if other is None:
            return None
        reason = meaning.reason.replace("{model}", other.model)
        return attrs.evolve(other, reason=reason, rescue=True, cause=meaning.cause)


def _route(universe: str, model: str, situation: Situation) -> Route:
    return Route(universe, model, entry=situation.catalogue.find(universe, model))


def _because(reason: Reason, other: Route) -> Route:
    cause, words = reason
    return attrs.evolve(other, reason=words, cause=cause)


def _too_dear(asked: Route, situation: Situation) -> Reason | None:
    """Why *asked* may not be paid for, or nothing."""
    quota = situation.quota
    if situation.mode == "alwaysfree":
        return _spends_paid(asked, situation)
    if quota.limited:
        return None
    if not quota.known:
        return _UNREACHABLE
    if _paid_only(asked) and quota.wallet <= NOTHING:
        return _PAID_ONLY
    wallet_low = quota.wallet < situation.settings.thresholds.wallet
    return _CRITICAL if wallet_low and _grant_low(quota, situation) else None


def _spends_paid(asked: Route, situation: Situation) -> Reason | None:
    """Why *asked* might touch the wallet, or nothing."""
    quota, thresholds = situation.quota, situation.settings.thresholds
    if not situation.has_key:
        return _NO_KEY
    if quota.limited or not quota.known or not quota.split:
        return _UNREACHABLE
    if _paid_only(asked):
        return _PAID_ONLY if quota.wallet <= NOTHING else _PAID_PROTECTED
    if not _grant_low(quota, situation):
        return None
    if quota.limit:
        return "tier_protected", f"Daily Tier < {thresholds.tier:g}% (Wallet Protected)"
    return "quest_protected", f"Quest Pollen < {thresholds.quest:g} (Wallet Protected)"


def _paid_only(asked: Route) -> bool:
    return asked.entry is not None and asked.entry.paid_only


def _grant_low(quota: Quota, situation: Situation) -> bool:
    """
    Whether the grant is at or under its threshold.

    Where grant and wallet are not told apart, only a total that is that low makes it sure.
    """
    thresholds = situation.settings.thresholds
    bound = quota.limit * thresholds.tier / 100 if quota.limit else thresholds.quest
    return (quota.grant if quota.split else quota.wallet) <= bound


def _around_cooldown(asked: Route, request: ChatRequest, situation: Situation) -> Route:
    """*asked*, or whoever answers while it cools down; *asked* all the same when nobody can."""
    left = situation.cooling.get(asked.key, 0.0)
    if left <= 0:
        return asked
    other = next(_candidates(asked, request, situation), None)
    if other is None or other.key in situation.cooling:
        return asked
    return _because(_cooling(left), other)


def _cooling(left: float) -> Reason:
    if math.isinf(left):
        return _OUT_OF_POLLEN
    return "cooldown", f"Recent Failures (Cooldown {math.ceil(left)}s)"


def _instead(asked: Route, request: ChatRequest, situation: Situation) -> Route:
    """Who answers instead of an ``enter`` model that must not be asked: somebody always does."""
    found = next(_candidates(asked, request, situation), None)
    return found or _route(FREE, _configured(asked, request, situation), situation)


def _candidates(failed: Route, request: ChatRequest, situation: Situation) -> Iterator[Route]:
    """
    Who could answer instead of *failed*, the best first.

    First those who are not cooling down themselves, then those who are.
    """
    cooling = []
    for one in _free_models(failed, request, situation):
        if one.key in situation.cooling:
            cooling.append(one)
        elif one.key != failed.key:
            yield one
    yield from (one for one in cooling if one.key != failed.key)


def _free_models(failed: Route, request: ChatRequest, situation: Situation) -> Iterator[Route]:
    """The configured model, unless the catalogue lacks it; then all that can do the job."""
    listed = situation.catalogue.models.get(FREE, ())
    configured = _route(FREE, _configured(failed, request, situation), situation)
    if configured.entry is not None or not listed:
        yield configured
    for model in listed:
        if model is not configured.entry and _can_do(model, request):
            yield Route(FREE, model.name, entry=model)


def _configured(failed: Route, request: ChatRequest, situation: Situation) -> str:
    """The bare name of the model that the settings name."""
    fallbacks = situation.settings.fallbacks
    if failed.universe != ENTER:
        name = fallbacks.free.agent
    else:
        name = fallbacks.enter.agent if request.tools else fallbacks.free.main
    try:
        return parse(name).model
    except InvalidRequest:
        return DEFAULT_MODEL


def _can_do(model: Model, request: ChatRequest) -> bool:
    """Whether *model* writes text, and calls tools if it is given some."""
    return "text" in model.output_modalities and not (request.tools and model.tools is False)


def _reads_more(other: Model | None, failed: Model | None) -> bool:
    """Whether a conversation that is too long for *failed* may fit into *other*."""
    if other is None or failed is None or not other.context_length or not failed.context_length:
        return True
    return other.context_length > failed.context_length
