"""A test of a client of yours, before an imitation of Pollinations, in memory and in no time."""

from treq.testing import StubTreq
from twisted.internet.defer import ensureDeferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation

URL = "http://imitation/free/openai/chat/completions"


async def ask(treq, text):
    """The client that is tested: it asks, and once more when it was too early."""
    body = {"messages": [{"role": "user", "content": text}]}
    response = await treq.post(URL, json=body)
    if response.code == 429:
        response = await treq.post(URL, json=body)
    return (await response.json())["choices"][0]["message"]["content"]


class AskTests(SynchronousTestCase):
    """Tests for :func:`ask`."""

    def test_asks_once_more(self):
        """A full queue is no reason to give up."""
        model = scripts.InTurn(scripts.queue_full(), scripts.text("Hel", "lo"))
        imitation = Imitation(Clock(), model)
        treq = StubTreq(imitation.resource())
        self.assertEqual(self.successResultOf(ask(treq, "hi")), "Hello")
        first, second = imitation.asked("free")
        self.assertEqual(first.body, second.body)

    def test_hangs_up(self):
        """Whoever does not want the answer any more lets the service know."""
        imitation = Imitation(Clock(), scripts.hanging())
        treq = StubTreq(imitation.resource())
        asking = ensureDeferred(ask(treq, "hi"))
        self.assertNoResult(asking)
        asking.cancel()
        treq.flush()
        self.failureResultOf(asking)
        self.assertTrue(imitation.recording[0].hung_up)
