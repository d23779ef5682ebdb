"""What is a command, what only quotes one, and what is neither."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from pollinations.chat.request import ChatRequest
from pollinations.commands.asked import MOST_WORDS, Asked, asked_command, redacted

FIXTURES = Path(__file__).parent.parent / "fixtures" / "opencode"
TOOLS = [{"type": "function", "function": {"name": "read"}}]

COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/poll", ()),
    ("/pollinations", ()),
    ("/poll ", ()),
    ("/poll usage", ("usage",)),
    ("/pollinations usage", ("usage",)),
    ("/pollinations usage full", ("usage", "full")),
    ("/poll\tusage", ("usage",)),
    ("/poll\nusage", ("usage",)),
    ("/poll\u00a0usage", ("usage",)),
    ("/poll usage\n", ("usage",)),
    ("/poll usage\r\n", ("usage",)),
    ("  /poll usage", ("usage",)),
    ("\n/poll usage", ("usage",)),
    ('"/poll usage"', ("usage",)),
    ('"/poll usage"\n', ("usage",)),
    ('"/poll"', ()),
    ('" /poll usage "', ("usage",)),
    ("/poll   mode    pro", ("mode", "pro")),
    ('/poll mode "pro"', ("mode", '"pro"')),
    ("/poll /poll", ("/poll",)),
    ("/poll config\nthreshold_tier\n20", ("config", "threshold_tier", "20")),
    ("/poll connect sk_abc", ("connect", "sk_abc")),
    ("/poll " + "x" * 10_000, ("x" * 10_000,)),
)
CHATS = (
    "/pollution is bad",
    "/pollinationsusage",
    "/polls",
    "/pollinations-usage",
    "/poll/usage",
    "/poll: usage",
    "/poll\0usage",
    "/POLL usage",
    "/Poll usage",
    "poll usage",
    "pollinations",
    "//poll usage",
    "/ poll usage",
    "What does /poll usage do?",
    "Explain:\n/poll usage",
    "'/poll usage'",
    '""/poll usage""',
    '"/poll usage',
    "`/poll usage`",
    "“/poll usage”",
    "> /poll usage",
    "\u200b/poll usage",
    '"',
    "",
)


def request(*messages: Any, **fields: Any) -> ChatRequest:
    """A request as it comes through the network; texts are the user's."""
    said = [{"role": "user", "content": m} if isinstance(m, str) else m for m in messages]
    return ChatRequest.from_json(orjson.dumps({"messages": said, **fields}))


def system(text: str) -> dict[str, str]:
    """What a client tells the model first."""
    return {"role": "system", "content": text}


def assistant(text: str) -> dict[str, str]:
    """What a model has answered."""
    return {"role": "assistant", "content": text}


def recorded(name: str, last: str) -> ChatRequest:
    """What OpenCode sent, with something else typed at the end."""
    body = orjson.loads((FIXTURES / f"{name}.json").read_bytes())["body"]
    user = [message for message in body["messages"] if message["role"] == "user"][-1]
    kept = body["messages"][: body["messages"].index(user)]
    return request(*kept, {**user, "content": last}, tools=body.get("tools"))


@pytest.mark.parametrize(("text", "words"), COMMANDS)
def test_commands(text: str, words: tuple[str, ...]) -> None:
    """A word with a slash, alone or before white space, with quotes around it or without."""
    assert asked_command(request(text)) == Asked(words)
    assert asked_command(request(system("You help."), "hi", assistant("Yes?"), text)) == Asked(
        words
    )
    assert asked_command(request(text, tools=TOOLS)) == Asked(words)


@pytest.mark.parametrize("text", CHATS)
def test_chats(text: str) -> None:
    """Whatever else begins alike, or speaks of commands, is for a model."""
    assert asked_command(request(text)) is None
    assert asked_command(request({"role": "user", "content": [part(text)]})) is None


def part(text: Any) -> dict[str, Any]:
    """A part of a message."""
    return {"type": "text", "text": text}


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([part("/poll usage")], ("usage",)),
        ([part("Called the Read tool with…"), part("/poll usage")], ("usage",)),
        ([part("/poll usage"), IMAGE], ("usage",)),
        ([part("/poll usage"), part("and then?")], None),
        ([part("/poll usage"), part(None)], ("usage",)),
        ([part("/poll usage"), {}, 1, None, "x"], ("usage",)),
        ([IMAGE], None),
        ([], None),
        (None, None),
    ],
)
def test_the_last_text_part_counts(content: Any, words: tuple[str, ...] | None) -> None:
    """Clients put what they have attached before it."""
    found = asked_command(request({"role": "user", "content": content}))
    assert found == (None if words is None else Asked(words))


@pytest.mark.parametrize(
    "last",
    [
        assistant("/poll usage"),
        {"role": "tool", "tool_call_id": "c", "content": "/poll usage"},
        system("/poll usage"),
        {"role": "User", "content": "/poll usage"},
        "and now?",
        {"role": "user"},
    ],
)
def test_only_the_last_message_and_only_the_users(last: Any) -> None:
    """A command of before is over."""
    assert asked_command(request("/poll mode pro", last)) is None


TITLE = system("You are a title generator. You output ONLY a thread title. Nothing else.")
SUMMARY = system("You are a context summarization agent. You are given a conversation…")
OLD_SUMMARY = system("You are a helpful AI assistant tasked with summarizing conversations.\n")


def written_down(*said: str) -> str:
    """A conversation as OpenCode writes it down for its summarizer."""
    turns = "\n\n".join(f"[User]: {text}\n\n[Assistant]: …" for text in said)
    return f"Here is the conversation:\n\n<conversation>\n{turns}\n</conversation>\n\nSum it up."


GENERATE = "Generate a title for this conversation:\n"


@pytest.mark.parametrize(
    "messages",
    [
        (TITLE, GENERATE, "/poll usage"),
        (TITLE, GENERATE, '"/poll usage"\n'),
        (TITLE, f"{GENERATE}/poll usage"),
        (TITLE, f"{GENERATE}\n<message>\n  /poll usage\n</message>"),
        (TITLE, GENERATE, {"role": "user", "content": [part("/poll usage")]}),
        (TITLE, "/poll usage", "Generate a title."),
        ({**TITLE, "role": "developer"}, GENERATE, "/poll usage"),
        (system("You help."), TITLE, GENERATE, "/poll usage"),
        ({"role": "system", "content": [part(TITLE["content"])]}, "/poll usage"),
        (SUMMARY, "/poll usage"),
        (SUMMARY, "hi", assistant("Hello"), "/poll usage"),
        (SUMMARY, "/poll usage", assistant("### Dashboard"), "Summarize the above."),
        (SUMMARY, "/poll mode", assistant("pro"), "/poll usage", assistant("…"), "Sum it up."),
        (SUMMARY, written_down("/poll usage")),
        (SUMMARY, written_down("/poll mode", "/poll usage")),
        (OLD_SUMMARY, "/poll usage", assistant("…"), "Provide a detailed prompt."),
    ],
)
def test_quotes_are_not_run(messages: Any) -> None:
    """They are what a client wants a title of, or a summary."""
    assert asked_command(request(*messages)) == Asked(("usage",), quoted=True)


@pytest.mark.parametrize(
    "messages",
    [
        (TITLE, GENERATE, "Hello there"),
        (TITLE, GENERATE, "What does /poll usage do?"),
        (SUMMARY, "Fix the bug", assistant("Done"), "/poll usage", assistant("…"), "Sum it up."),
        (SUMMARY, "hi", assistant("Hello"), "Sum it up."),
        (SUMMARY, written_down("Fix the bug", "/poll usage")),
        (SUMMARY, written_down("/poll usage", "Fix the bug")),
        (SUMMARY, written_down("What does /poll usage do?")),
        (SUMMARY,),
    ],
)
def test_what_there_is_to_say_a_model_says(messages: Any) -> None:
    """A summary of a conversation that holds more than commands is worth asking for."""
    assert asked_command(request(*messages)) is None


def test_a_client_with_tools_has_no_side_request() -> None:
    """Whatever its system text says."""
    assert asked_command(request(TITLE, "/poll usage", tools=TOOLS)) == Asked(("usage",))
    assert asked_command(request(TITLE, "/poll usage", tools=[])) == Asked(("usage",), quoted=True)


@pytest.mark.parametrize("name", ["claude-fast", "gemini", "kimi", "mistral"])
def test_what_opencode_sends(name: str) -> None:
    """Its real requests, with a command at the end and without."""
    assert asked_command(recorded(name, "/poll usage full")) == Asked(("usage", "full"))
    assert asked_command(recorded(name, "Hello")) is None


def test_what_opencode_asks_for_a_title() -> None:
    """Its real request."""
    assert asked_command(recorded("title", "/poll usage")) == Asked(("usage",), quoted=True)
    assert asked_command(recorded("title", "Hello")) is None


def test_a_long_text_is_not_taken_apart() -> None:
    """It is refused for its many words anyway."""
    found = asked_command(request("/poll " + "a " * 10_000))
    assert found is not None
    assert len(found.words) == MOST_WORDS + 1


def test_words_are_not_shown() -> None:
    """They may be a key."""
    assert "sk_abc" not in repr(asked_command(request("/poll connect sk_abc")))


@pytest.mark.parametrize(
    "text",
    [
        "/poll connect sk_abc",
        "/pollinations  connect\tsk_abc",
        '"/poll connect sk_abc"',
        "/poll config apiKey sk_abc",
        "<conversation>\n/poll connect sk_abc\n</conversation>",
    ],
)
def test_keys_go_to_no_model(text: str) -> None:
    """The history of a conversation goes to whichever model answers next."""
    asked = request({"role": "user", "content": [part(text), IMAGE]}, text, assistant("✅"), "hi")
    assert b"sk_abc" not in redacted(asked).to_json()
    assert b"sk_abc" in asked.to_json()
    assert redacted(asked).messages[-1] == asked.messages[-1]


@pytest.mark.parametrize(
    "messages",
    [
        ("hi",),
        ("/poll usage", assistant("…"), "hi"),
        ({"role": "tool", "tool_call_id": "c", "content": "/poll connect <your-key>"}, "hi"),
        (assistant("Type `/poll connect <key>`."), "hi"),
    ],
)
def test_all_else_stays_as_it_is(messages: Any) -> None:
    """The very same request."""
    asked = request(*messages)
    assert redacted(asked) is asked
