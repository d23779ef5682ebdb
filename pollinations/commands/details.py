"""What was paid for in a period, model by model."""

from collections.abc import Iterator
from typing import Any, Final, Literal

from ..phrase import Language, Phrase
from ..routing.period import DAY, LISTED, Period, Spent, period_from
from ..routing.quota import FORBIDDEN, Quota
from . import numbers
from .control import Control
from .markdown import code, row

ROWS: Final = 30
"""The most models that are shown; the sums are of all."""

_SINCE = Phrase(
    "### 📊 Period Details (since {clock})", "### 📊 Détail de la période (depuis {clock})"
)
_LAST_DAY = Phrase(
    "### 📊 Period Details (last 24 hours)", "### 📊 Détail de la période (dernières 24 heures)"
)
_TOTAL = Phrase(
    "**Total Requests**: {requests} | **Tokens**: In {read} / Out {written}"
    " | **Cost**: {cost} 🌼 (grant: {granted} 🌼)",
    "**Total des requêtes** : {requests} | **Tokens** : In {read} / Out {written}"
    " | **Coût** : {cost} 🌼 (allocation : {granted} 🌼)",
)
_HEAD = Phrase(
    "| Model | Reqs | Cost | Tokens | Grant |", "| Modèle | Reqs | Coût | Tokens | Allocation |"
)
_RULE = "| :--- | :---: | :---: | :---: | :---: |"
_MORE = Phrase(
    "_{count} more models are not shown._", "_{count} autres modèles ne sont pas montrés._"
)
_NOTHING = Phrase("Nothing was spent in this time.", "Rien n'a été dépensé pendant ce temps.")
_CUT = Phrase(
    f"> ⚠️ *The service lists the last {LISTED} requests: older ones of this period are missing.*",
    f"> ⚠️ *Le service montre les {LISTED} dernières requêtes : de plus anciennes de cette période"
    " manquent.*",
)
_UNREAD = Phrase(
    "> ⚠️ *Entries that cannot be understood, and are left out: {count}.*",
    "> ⚠️ *Entrées incompréhensibles, laissées de côté : {count}.*",
)
_OWN = Phrase(
    "> *This key may see its own requests, and no others.*",
    "> *Cette clé ne permet de voir que ses propres requêtes.*",
)
_FORBIDDEN = Phrase(
    "> ⚠️ *This key may not see what was spent.*",
    "> ⚠️ *Cette clé ne permet pas de voir ce qui a été dépensé.*",
)
_UNAVAILABLE = Phrase(
    "> ⚠️ *The list of requests is not to be had at the moment.*",
    "> ⚠️ *La liste des requêtes est indisponible pour le moment.*",
)


async def details(control: Control, quota: Quota) -> tuple[str, dict[str, Any] | None]:
    """
    What was paid for since the tier's last reset, or in the last day where nothing is reset.

    :param quota: as the account was seen just now.
    :return: the same for a person and for a program; the latter has ``None`` where the service
        does not tell.
    """
    language, page = control.language, await control.accounts.usage()
    refused = page is FORBIDDEN
    if refused:
        page = await control.accounts.usage("key")
    try:
        period = period_from(page, _since(quota, control.now()))
    except ValueError:
        return (_FORBIDDEN if refused else _UNAVAILABLE)(language), None
    title = _title(quota, period, language)
    text = "\n".join((title, *_table(period, language), *_remarks(period, refused, language)))
    return text, _data(period, "key" if refused else "account")


def _since(quota: Quota, now: float) -> float:
    return now - DAY if not quota.known or quota.resets is None else quota.resets - DAY


def _title(quota: Quota, period: Period, language: Language) -> str:
    if quota.known and quota.resets is not None:
        return _SINCE(language, clock=numbers.clock(period.since, "%H:%M:%S"))
    return _LAST_DAY(language)


def _table(period: Period, language: Language) -> Iterator[str]:
    total = period.total
    if not total.requests:
        yield _NOTHING(language)
        return
    yield _TOTAL(
        language,
        requests=total.requests,
        read=numbers.count(total.prompt_tokens),
        written=numbers.count(total.completion_tokens),
        cost=numbers.amount(total.cost),
        granted=numbers.amount(total.granted),
    )
    yield from ("", _HEAD(language), _RULE)
    models = list(period.models.items())
    yield from (_row(model, spent) for model, spent in models[:ROWS])
    if len(models) > ROWS:
        yield from ("", _MORE(language, count=len(models) - ROWS))


def _row(model: str, spent: Spent) -> str:
    return row(
        code(model),
        str(spent.requests),
        f"{numbers.amount(spent.cost)} 🌼",
        numbers.count(spent.tokens),
        f"{numbers.amount(spent.granted)} 🌼",
    )


def _remarks(period: Period, own: bool, language: Language) -> Iterator[str]:
    """What else one must know to believe the table."""
    said = (
        _OWN(language) if own else "",
        "" if period.whole else _CUT(language),
        _UNREAD(language, count=period.unread) if period.unread else "",
    )
    for remark in filter(None, said):
        yield from ("", remark)


def _data(period: Period, of: Literal["account", "key"]) -> dict[str, Any]:
    models = [{"model": model or None, **_spent(spent)} for model, spent in period.models.items()]
    return {
        "of": of,
        "since": numbers.iso(period.since),
        "whole": period.whole,
        "unread": period.unread,
        **_spent(period.total),
        "models": models,
    }


def _spent(spent: Spent) -> dict[str, Any]:
    return {
        "requests": spent.requests,
        "cost": round(spent.cost, 8),
        "granted": round(spent.granted, 8),
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
    }
