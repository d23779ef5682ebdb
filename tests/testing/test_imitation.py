"""Tests for the imitation as a whole: who may ask what, what is recorded, what is spent."""

import orjson
from treq.testing import StubTreq
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY, LIMITED_KEY, Account, Key
from pollinations.testing.imitation import Imitation

ENTER = "http://imitation/enter/v1/chat/completions"
FREE = "http://imitation/free/openai/chat/completions"


class Case(SynchronousTestCase):
    """A test that asks an imitation in memory."""

    def imitate(self, *args, **kwargs):
        """Make the imitation that the test asks."""
        self.clock = Clock()
        self.imitation = Imitation(self.clock, *args, **kwargs)
        self.treq = StubTreq(self.imitation.resource())
        return self.imitation

    def post(self, url, body, key=DEMO_KEY):
        """Ask for a chat completion; the response."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        asking = self.treq.post(url, data=orjson.dumps(body), headers=headers)
        return self.successResultOf(asking)

    def get(self, path, key=DEMO_KEY):
        """What a page says, parsed; its status."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        response = self.successResultOf(self.treq.get(f"http://imitation{path}", headers=headers))
        return self.successResultOf(response.json()), response.code

    def said(self, response):
        """The text of a JSON answer."""
        completion = self.successResultOf(response.json())
        return completion["choices"][0]["message"]["content"]


def asking(text="hi", **fields):
    """The body of a request."""
    return {"model": "openai", "messages": [{"role": "user", "content": text}], **fields}


class ImitationTests(Case):
    """Tests for :class:`pollinations.testing.imitation.Imitation`."""

    def test_answers_in_json(self):
        """Without ``stream`` the answer is one JSON text."""
        self.imitate(scripts.text("Hel", "lo"))
        self.assertEqual(self.said(self.post(ENTER, asking())), "Hello")

    def test_dates_its_answers(self):
        """By the time of day, which a clock that nobody sets does not tell."""
        self.imitate(now=lambda: 1_800_000_000.5)
        completion = self.successResultOf(self.post(ENTER, asking()).json())
        self.assertEqual(completion["created"], 1_800_000_000)

    def test_answers_with_events(self):
        """With ``stream`` it is events: the deltas, the end, the usage, ``[DONE]``."""
        self.imitate(scripts.text("Hel", "lo"))
        response = self.post(ENTER, asking(stream=True))
        body = self.successResultOf(response.text())
        self.assertEqual(body.count("data: "), 5)
        self.assertTrue(body.endswith("data: [DONE]\n\n"))

    def test_remembers_what_it_was_asked(self):
        """Each request is recorded: where, with which headers, and what."""
        imitation = self.imitate()
        self.post(ENTER, asking())
        self.post(FREE, asking(), key=None)
        first, second = imitation.asked()
        self.assertEqual(first.key, DEMO_KEY)
        self.assertEqual((second.universe, second.key), ("free", ""))
        self.assertEqual(second.body, asking())

    def test_takes_half_an_emoji(self):
        """Clients that cut a text cut emoji in two, and the service answers them."""
        imitation = self.imitate()
        body = orjson.dumps(asking("hi @")).replace(b"@", rb"\ud83d")
        response = self.successResultOf(self.treq.post(FREE, data=body))
        self.assertEqual(response.code, 200)
        self.assertEqual(imitation.asked()[0].chat.messages[0]["content"], "hi \ufffd")

    def test_no_key_no_answer(self):
        """Enter refuses an unknown key."""
        self.imitate()
        self.assertEqual(self.post(ENTER, asking(), key="sk_other").code, 401)

    def test_a_key_is_told_off_by_free(self):
        """The free service answers a request with a key with a notice."""
        self.imitate()
        self.assertIn("IMPORTANT NOTICE", self.said(self.post(FREE, asking())))

    def test_a_page_can_be_replaced(self):
        """Any path can be given another answer."""
        self.imitate().pages["/enter/models"] = scripts.error(503, "Not now")
        self.assertEqual(self.get("/enter/models")[1], 503)

    def test_unknown_paths(self):
        """What is not there is a 404 in the service's envelope."""
        self.imitate()
        body, status = self.get("/free/nowhere")
        self.assertEqual((status, body["error"]["code"]), (404, "NOT_FOUND"))

    def test_not_a_chat_request(self):
        """A body that cannot be read is a 400."""
        self.imitate()
        self.assertEqual(self.post(ENTER, {"messages": []}).code, 400)

    def test_one_at_a_time(self):
        """The free universe may refuse who asks while another answer runs."""
        self.imitate(scripts.text("Hi").then(scripts.Stall()), one_at_a_time=True)
        self.post(FREE, asking(stream=True), key=None)
        response = self.post(FREE, asking(), key=None)
        self.assertEqual(response.code, 429)
        self.assertIn("Queue full", self.successResultOf(response.text()))
        self.assertEqual(self.post(ENTER, asking(stream=True)).code, 200)

    def test_it_forgets_what_is_old(self):
        """However long it runs, it remembers a thousand exchanges."""
        self.assertEqual(self.imitate().recording.maxlen, 1000)


class SpendingTests(Case):
    """Tests for what answers cost, and what happens when there is nothing left."""

    def test_the_grant_pays_first(self):
        """What costs nothing goes before what was paid for."""
        imitation = self.imitate(scripts.text("Hi").but(tokens=(1_000_000, 0)))
        self.post(ENTER, asking())
        self.assertEqual((imitation.account.grant, imitation.account.paid), (0.85, 5.0))

    def test_the_wallet_pays_what_the_grant_cannot(self):
        """A request that the grant does not cover whole is paid from the wallet."""
        account = Account(grant=0.1)
        self.imitate(scripts.text("Hi").but(tokens=(1_000_000, 0)), account)
        self.post(ENTER, asking())
        self.assertEqual((account.grant, account.paid), (0.1, 4.85))

    def test_paid_models_never_touch_the_grant(self):
        """Only money buys them."""
        account = Account(paid=5.0)
        self.imitate(scripts.text("Hi").but(tokens=(1_000_000, 0)), account)
        self.post(ENTER, asking(model="gemini-large"))
        self.assertEqual((account.grant, account.paid), (1.0, 3.0))

    def test_a_small_answer_costs_the_least(self):
        """So that a demonstration's balance moves."""
        account = Account(least=0.25)
        self.imitate(account=account)
        self.post(ENTER, asking())
        self.assertEqual(account.grant, 0.75)

    def test_errors_cost_nothing(self):
        """Nor do refusals."""
        account = Account()
        self.imitate(scripts.error(500, "No"), account)
        self.post(ENTER, asking())
        self.assertEqual(account.spent, [])

    def test_free_costs_nothing(self):
        """The free universe knows no account."""
        account = Account()
        self.imitate(account=account)
        self.post(FREE, asking(), key=None)
        self.assertEqual(account.spent, [])

    def test_out_of_pollen_is_a_text(self):
        """As the service does it: HTTP 200 and a notice."""
        self.imitate(account=Account(grant=0, paid=0))
        response = self.post(ENTER, asking())
        self.assertEqual(response.code, 200)
        self.assertIn("doesn't have enough credits", self.said(response))

    def test_json_mode_is_refused_with_a_status(self):
        """A notice would break who asked for JSON."""
        self.imitate(account=Account(grant=0, paid=0))
        asked = asking(response_format={"type": "json_object"})
        self.assertEqual(self.post(ENTER, asked).code, 402)

    def test_out_of_pollen_is_a_status_when_wanted(self):
        """The older way."""
        self.imitate(account=Account(grant=0, paid=0), refuses="status")
        self.assertEqual(self.post(ENTER, asking()).code, 402)

    def test_what_a_key_may_not_do(self):
        """A key is held to its models, its budget, its pollen."""
        keys = {
            "sk_models": Key(models=("kimi",)),
            "sk_budget": Key(budget=0),
            "sk_quest": Key(quest_only=True),
        }
        self.imitate(account=Account(grant=0, keys=keys))
        said = {key: self.said(self.post(ENTER, asking(), key)) for key in keys}
        self.assertIn("isn't allowed to use openai", said["sk_models"])
        self.assertIn("has reached its budget", said["sk_budget"])
        self.assertIn("only spends Quest Pollen", said["sk_quest"])


class AccountPagesTests(Case):
    """Tests for the account pages, over HTTP."""

    def test_todays_pages(self):
        """Two wallets, no tier, no reset."""
        self.imitate(account=Account(grant=0.5, paid=2.0))
        profile, _ = self.get("/enter/account/profile")
        self.assertNotIn("tier", profile)
        balance, _ = self.get("/enter/account/balance")
        self.assertEqual(
            balance, {"balance": 2.5, "accountBalance": {"total": 2.5, "tier": 0.5, "paid": 2.0}}
        )

    def test_the_pages_of_january(self):
        """A tier, a reset at midnight, and a usage that explains what is left."""
        self.imitate(account=Account(grant=0.5, paid=2.0), shape="january")
        self.clock.advance(100_000)
        profile, _ = self.get("/enter/account/profile")
        self.assertEqual(profile["tier"], "seed")
        self.assertEqual(profile["nextResetAt"], "1970-01-03T00:00:00.000Z")
        balance, _ = self.get("/enter/account/balance")
        self.assertEqual(balance, {"balance": 2.5, "tierBalance": 0.5, "packBalance": 2.0})
        [entry] = self.get("/enter/account/usage")[0]["usage"]
        self.assertEqual((entry["meter_source"], entry["cost_usd"]), ("tier", 2.5))
        self.assertEqual(entry["timestamp"], "1970-01-02 00:00:00")

    def test_january_fills_up_at_midnight(self):
        """A new day, a new grant."""
        account = Account(grant=0.5)
        self.imitate(account=account, shape="january")
        self.get("/enter/account/balance")
        self.clock.advance(86400)
        self.get("/enter/account/balance")
        self.assertEqual(account.grant, 3.0)

    def test_what_was_spent_is_listed(self):
        """Newest first, as many as were asked for."""
        self.imitate(account=Account(grant=0.0015))
        self.post(ENTER, asking())
        self.post(ENTER, asking(model="kimi"))
        usage, _ = self.get("/enter/account/usage")
        self.assertEqual(usage["count"], 2)
        self.assertEqual(
            [(e["model"], e["meter_source"]) for e in usage["usage"]],
            [("kimi", "pack"), ("openai", "tier")],
        )
        self.assertEqual(self.get("/enter/account/usage?limit=1")[0]["count"], 1)

    def test_a_limited_key(self):
        """It is valid, and sees its own usage only."""
        self.imitate()
        for page in ("profile", "balance", "usage"):
            self.assertEqual(self.get(f"/enter/account/{page}", LIMITED_KEY)[1], 403)
        self.assertTrue(self.get("/enter/account/key", LIMITED_KEY)[0]["valid"])
        self.post(ENTER, asking(), LIMITED_KEY)
        self.assertEqual(self.get("/enter/account/key/usage", LIMITED_KEY)[0]["count"], 1)
        self.assertEqual(self.get("/enter/account/key/usage")[0]["count"], 0)

    def test_an_unknown_key(self):
        """It is told so everywhere."""
        self.imitate()
        for page in ("profile", "balance", "usage", "key", "key/usage"):
            self.assertEqual(self.get(f"/enter/account/{page}", "sk_no")[1], 401)

    def test_a_budget_is_the_balance(self):
        """A key with a budget sees what is left of that."""
        self.imitate(account=Account(keys={"sk_b": Key(budget=0.25)}))
        self.assertEqual(self.get("/enter/account/balance", "sk_b")[0]["balance"], 0.25)


class ListsTests(Case):
    """Tests for the model lists, over HTTP."""

    def test_todays_lists(self):
        """Names with a publisher, short ones as aliases, prices as text."""
        self.imitate()
        listed, _ = self.get("/enter/text/models")
        gemini = next(model for model in listed if "gemini" in model["aliases"])
        self.assertEqual(gemini["name"], "google/gemini-3-flash-preview")
        self.assertEqual(gemini["pricing"]["promptTextTokens"], "0.0000005")
        openai, _ = self.get("/enter/v1/models")
        self.assertEqual(openai["object"], "list")
        self.assertIn("openai/gpt-5.4-nano", [model["id"] for model in openai["data"]])

    def test_the_lists_of_january(self):
        """Short names, prices as numbers, and little else."""
        self.imitate(shape="january")
        listed, _ = self.get("/enter/text/models")
        self.assertEqual(listed[0]["name"], "openai")
        self.assertEqual(listed[0]["pricing"]["promptTextTokens"], 1.5e-7)
        openai, _ = self.get("/enter/v1/models")
        self.assertEqual(openai["data"][0].keys(), {"id", "object", "created"})

    def test_pictures_are_no_text(self):
        """What paints is in the list of everything only."""
        self.imitate(shape="january")
        self.assertIn("flux", [m["name"] for m in self.get("/enter/models")[0]])
        self.assertNotIn("flux", [m["name"] for m in self.get("/enter/text/models")[0]])

    def test_paid_models_are_hidden_from_who_has_not_paid(self):
        """With a key whose wallet is empty they are not listed; without a key they are."""
        self.imitate(account=Account(paid=0), shape="january")
        poor = [m["name"] for m in self.get("/enter/text/models")[0]]
        anyone = [m["name"] for m in self.get("/enter/text/models", key=None)[0]]
        self.assertNotIn("gemini-large", poor)
        self.assertIn("gemini-large", anyone)

    def test_the_free_list(self):
        """It has kept its old shape."""
        self.imitate()
        [first, *_], _ = self.get("/free/models", key=None)
        self.assertEqual((first["name"], first["tier"]), ("openai-fast", "anonymous"))
        self.assertIn("openai", first["aliases"])
