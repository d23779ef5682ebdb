"""The ``llm`` command, against the demonstration."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LLM = Path(sys.executable).with_name("llm")

WEATHER = """
def weather(city: str) -> str:
    "The weather in a city"
    return f"{city}: sunny"
"""

MODELS = """
- model_id: {name}
  model_name: {model}
  api_base: {url}
  can_stream: true
  supports_tools: true
"""


@pytest.fixture(scope="module")
def ask(demo, tmp_path_factory):
    """Runs ``llm`` with a model of the demonstration; gives what it printed."""
    home = tmp_path_factory.mktemp("llm")
    models = {"gemini": "enter/gemini", "openai": "free/openai", "claude": "enter/claude-fast"}
    listed = [
        MODELS.format(name=f"demo-{name}", model=model, url=demo.url)
        for name, model in models.items()
    ]
    (home / "extra-openai-models.yaml").write_text("".join(listed))
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "LLM_USER_PATH": str(home)}

    def ask(model, *arguments):
        command = [LLM, "-m", f"demo-{model}", "--key", "none", *arguments]
        return subprocess.run(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout

    return ask


@pytest.mark.parametrize("form", [(), ("--no-stream",)], ids=["stream", "whole"])
def test_gets_an_answer(ask, form):
    """In either form."""
    assert ask("openai", *form, "Hello").startswith("Hello! I am the demo of Pollinations")


@pytest.mark.parametrize("model", ["gemini", "openai", "claude"])
def test_calls_its_functions(ask, model):
    """And says what they returned."""
    said = ask(model, "--functions", WEATHER, "What is the weather in Rome?")
    assert "> Rome: sunny" in said
