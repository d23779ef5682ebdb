"""What answers at each path of the universe that wants a key."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import attrs

from . import account as accounts
from . import lists
from .account import Account, Shape, Source, Spent
from .bodies import json
from .failures import Refused, error, refusal, refused, unreadable
from .lists import Listed
from .recording import Asked
from .script import Model, Script


@attrs.frozen
class Enter:
    """
    The universe that wants a key.

    :param model: what answers a chat request that the account can pay.
    :param refuses: in which form it is refused when the account cannot.
    """

    account: Account
    shape: Shape
    refuses: Literal["text", "status"]
    model: Model

    def pages(self) -> Mapping[str, Model]:
        """Path to what answers there."""
        return {
            "/models": lambda asked: json(200, lists.rich(self._listed(asked), self.shape)),
            "/text/models": lambda asked: json(
                200, lists.rich(lists.texts(self._listed(asked)), self.shape)
            ),
            "/v1/models": lambda asked: json(
                200, lists.openai(self._listed(asked), self.shape, asked.when)
            ),
            "/v1/chat/completions": self._chat,
            "/account/profile": self._scoped(
                lambda asked, key: accounts.profile(self.account, self.shape, asked.when)
            ),
            "/account/balance": self._scoped(
                lambda asked, key: accounts.balance(self.account, key, self.shape)
            ),
            "/account/usage": self._scoped(
                lambda asked, key: _newest(
                    asked, accounts.usage(self.account, self.shape, asked.when)
                )
            ),
            "/account/key": self._keyed(lambda asked, key: accounts.key_page(self.account, key)),
            "/account/key/usage": self._keyed(
                lambda asked, key: _newest(
                    asked, accounts.usage(self.account, self.shape, asked.when, key)
                )
            ),
        }

    def _listed(self, asked: Asked) -> Sequence[Listed]:
        """All models; without those that only money buys for a key whose account has none."""
        poor = asked.key in self.account.keys and self.account.paid <= 0
        return [model for model in lists.ENTER if not (poor and model.paid_only)]

    def _keyed(self, page: Callable[[Asked, str], Any]) -> Model:
        def model(asked: Asked) -> Script:
            if asked.key not in self.account.keys:
                return error(401, "Invalid or missing API key.")
            self._refill(asked)
            return json(200, page(asked, asked.key))

        return model

    def _scoped(self, page: Callable[[Asked, str], Any]) -> Model:
        keyed = self._keyed(page)

        def model(asked: Asked) -> Script:
            key = self.account.keys.get(asked.key)
            if key is not None and key.limited:
                return error(403, "This API key has no permission for account pages.")
            return keyed(asked)

        return model

    def _refill(self, asked: Asked) -> None:
        if self.shape == "january":
            self.account.refill(asked.when)

    def _chat(self, asked: Asked) -> Script:
        if asked.key not in self.account.keys:
            return error(401, "Invalid or missing API key.")
        if (wrong := unreadable(asked)) is not None:
            return wrong
        self._refill(asked)
        why = self._refused(asked, asked.key)
        if why is not None:
            as_status = self.refuses == "status" or asked.chat.wants_json
            form: Callable[..., Model] = refused if as_status else refusal
            return form(why, asked.model)(asked)
        script = self.model(asked)
        if any(script.tokens):
            self._spend(asked, asked.key, script.tokens)
        return script

    def _refused(self, asked: Asked, key: str) -> Refused | None:
        may = self.account.keys[key]
        if may.models is not None and asked.model not in may.models:
            return "model"
        left = self.account.left(key)
        if left is not None and left <= 0:
            return "budget"
        if self._source(asked, key, (len(asked.raw) // 4, 0)) is None:
            return "quest" if may.quest_only else "credits"
        return None

    def _spend(self, asked: Asked, key: str, tokens: tuple[int, int]) -> None:
        cost = self._cost(asked, tokens)
        # What the prompt alone could be paid by pays the answer too.
        source = self._source(asked, key, tokens) or "pack"
        self.account.spend(Spent(asked.when, key, asked.model, source, tokens, cost))

    def _source(self, asked: Asked, key: str, tokens: tuple[int, int]) -> Source | None:
        listed = lists.find(lists.ENTER, asked.model)
        paid_only = listed is not None and listed.paid_only
        return self.account.source(key, self._cost(asked, tokens), paid_only)

    def _cost(self, asked: Asked, tokens: tuple[int, int]) -> float:
        listed = lists.find(lists.ENTER, asked.model)
        return max(self.account.least, listed.cost(tokens) if listed else 0.0)


def _newest(asked: Asked, usage: Any) -> Any:
    """As many of the entries as the request's ``limit`` says."""
    entries = usage["usage"][: int(asked.query.get("limit", 100))]
    return {"usage": entries, "count": len(entries)}
