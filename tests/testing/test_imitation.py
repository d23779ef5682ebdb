"""Tests for the imitation as a whole: who may ask what, what is recorded, what is spent."""

import orjson
from treq.testing import StubTreq
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY
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
