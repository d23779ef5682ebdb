"""Where the figures come from that are looked at when somebody asks for them."""

from collections.abc import Mapping

from ..metrics.metrics import Metrics
from ..routing.route import Route
from ..settings.file import SettingsFile
from ..upstream.exchange import Exchange
from .in_flight import InFlight
from .notifications import NotificationFeed


def watch_api(
    metrics: Metrics, exchange: Exchange, in_flight: InFlight, feed: NotificationFeed | None
) -> None:
    """Show who is there, and what is known of upstreams, the account and the models."""
    metrics.watch("in_flight", lambda: {(): in_flight.count})
    metrics.watch("draining", lambda: {(): in_flight.draining})
    if feed is not None:
        metrics.watch("notification_listeners", lambda: {(): feed.listening})
    metrics.watch("queue_depth", lambda: _waiting(exchange))
    metrics.watch("cooldown_active", lambda: _cooling(metrics, exchange))
    metrics.watch("models", lambda: _models(exchange))
    metrics.watch("signature_store_entries", lambda: _remembered(exchange))
    metrics.watch("balance_known", lambda: {(): float(exchange.situation().quota.known)})
    metrics.watch("balance_pollen", lambda: _pollen(exchange))
    metrics.watch("balance_age_seconds", lambda: _age(exchange))


def watch_settings(metrics: Metrics, file: SettingsFile) -> None:
    """Count how often the settings change, and how often what they say is wrong."""

    def troubled(problems: tuple[str, ...]) -> None:
        if problems:
            metrics.reloaded("wrong")

    file.observers.append(lambda _: metrics.reloaded("ok"))
    file.trouble_observers.append(troubled)


def _waiting(exchange: Exchange) -> Mapping[tuple[str, ...], float]:
    return {(universe,): lane.waiting for universe, lane in exchange.lanes.items()}


def _cooling(metrics: Metrics, exchange: Exchange) -> Mapping[tuple[str, ...], float]:
    situation = exchange.situation()
    found: dict[tuple[str, ...], float] = {}
    for universe, name in situation.cooling:
        entry = situation.catalogue.find(universe, name)
        found[metrics.where(Route(universe, name, entry=entry))] = 1
    return found


def _models(exchange: Exchange) -> Mapping[tuple[str, ...], float]:
    models = exchange.situation().catalogue.models
    return {(universe,): len(listed) for universe, listed in models.items()}


def _remembered(exchange: Exchange) -> Mapping[tuple[str, ...], float]:
    """Somebody else's store need not say how much it holds."""
    size = getattr(exchange.signatures, "size", None)
    return {} if size is None else {(): size}


def _pollen(exchange: Exchange) -> Mapping[tuple[str, ...], float]:
    quota = exchange.situation().quota
    if not quota.known:
        return {}
    return {("grant",): quota.grant, ("limit",): quota.limit, ("wallet",): quota.wallet}


def _age(exchange: Exchange) -> Mapping[tuple[str, ...], float]:
    seen = exchange.situation().quota.seen
    return {(): max(0.0, exchange.now() - seen)} if seen else {}
