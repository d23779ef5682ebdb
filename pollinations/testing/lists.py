"""
The models of the imitation, and the lists that name them.

Modelled on the service's own lists, in the two shapes that they have had. The entries and their
prices are made up.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from .account import Shape


@attrs.frozen
class Listed:
    """
    One model.

    :param name: the short name.
    :param id: publisher and model, which is the name in today's lists.
    :param price: pollen for a million tokens of prompt and of answer.
    """

    name: str
    id: str
    title: str
    price: tuple[float, float] = (0.0, 0.0)
    aliases: tuple[str, ...] = ()
    tools: bool = True
    reasoning: bool = False
    paid_only: bool = False
    context: int = 128000
    output: int = 16384
    inputs: tuple[str, ...] = ("text",)
    outputs: tuple[str, ...] = ("text",)

    @property
    def names(self) -> tuple[str, ...]:
        """All that a request may call it."""
        return (self.name, self.id, *self.aliases)

    @property
    def publisher(self) -> str:
        """Who made it."""
        return self.id.partition("/")[0]

    def cost(self, tokens: tuple[int, int]) -> float:
        """Pollen for an answer of so many tokens of prompt and of answer."""
        return sum(price * count for price, count in zip(self.price, tokens, strict=True)) / 1e6


_SEEING = ("text", "image")

ENTER: tuple[Listed, ...] = (
    Listed("openai", "openai/gpt-5.4-nano", "OpenAI GPT-5.4 Nano - Balanced", (0.15, 0.6),
           inputs=_SEEING, context=400000),
    Listed("openai-fast", "openai/gpt-5-nano", "OpenAI GPT-5 Nano - Fast", (0.06, 0.44),
           inputs=_SEEING, context=400000),
    Listed("openai-large", "openai/gpt-5.5", "OpenAI GPT-5.5 - Most Capable", (1.75, 14.0),
           ("openai-reasoning",), reasoning=True, inputs=_SEEING, context=400000, output=128000),
    Listed("gemini", "google/gemini-3-flash-preview", "Google Gemini 3 Flash - Pro-Grade",
           (0.5, 3.0), ("gemini-3-flash",), reasoning=True, inputs=_SEEING, context=1048576,
           output=65536),
    Listed("gemini-fast", "google/gemini-2.5-flash-lite", "Google Gemini 2.5 Flash Lite - Fast",
           (0.1, 0.4), inputs=_SEEING, context=1048576, output=65536),
    Listed("gemini-large", "google/gemini-3.1-pro-preview", "Google Gemini 3.1 Pro - Strongest",
           (2.0, 12.0), ("gemini-3-pro",), reasoning=True, paid_only=True, inputs=_SEEING,
           context=1048576, output=65536),
    Listed("gemini-search", "google/gemini-2.5-flash-lite:search", "Google Gemini with Search",
           (0.5, 3.0), tools=False, context=1048576),
    Listed("mistral", "mistralai/mistral-small-3.2", "Mistral Small 3.2 - Efficient", (0.15, 0.35),
           ("mistral-small",)),
    Listed("kimi", "moonshotai/kimi-k2.6", "Moonshot Kimi K2.6 - Agentic", (0.6, 2.5),
           ("kimi-k2", "kimi-reasoning"), reasoning=True, context=256000, output=32768),
    Listed("nova-fast", "amazon/nova-micro-v1", "Amazon Nova Micro - Ultra Fast", (0.035, 0.14),
           ("nova", "nova-micro"), output=8000),
    Listed("claude-fast", "anthropic/claude-haiku-4.5", "Anthropic Claude Haiku 4.5 - Fast",
           (1.0, 5.0), ("claude-haiku",), inputs=_SEEING, context=200000, output=64000),
    Listed("claude", "anthropic/claude-sonnet-4.6", "Anthropic Claude Sonnet 4.6 - Capable",
           (3.0, 15.0), ("claude-sonnet",), inputs=_SEEING, context=200000, output=64000),
    Listed("claude-large", "anthropic/claude-opus-4.6", "Anthropic Claude Opus 4.6 - Strongest",
           (5.0, 25.0), ("claude-opus",), paid_only=True, inputs=_SEEING, context=200000,
           output=64000),
    Listed("glm", "z-ai/glm-5.2", "Z.ai GLM 5.2 - Coding", (0.6, 2.2), reasoning=True,
           context=200000),
    Listed("deepseek", "deepseek/deepseek-v4-flash", "DeepSeek V4 Flash - Reasoning", (0.56, 1.68),
           ("deepseek-reasoning",), reasoning=True),
    Listed("qwen-coder", "qwen/qwen3-coder-30b-a3b-instruct", "Qwen3 Coder 30B - Code",
           (0.06, 0.22), ("qwen3-coder",), context=262144),
    Listed("grok", "x-ai/grok-4.3", "xAI Grok 4.3 - Real-Time", (0.2, 0.5), ("grok-fast",)),
    Listed("perplexity-fast", "perplexity/sonar", "Perplexity Sonar - Web Search", (1.0, 1.0),
           ("sonar",), tools=False),
    Listed("nomnom", "community/demo/nomnom", "NomNom - Web Research", (0.0, 0.0),
           ("gemini-scrape", "web-research"), context=32768, output=2048),
    Listed("openai-audio", "openai/gpt-audio-mini", "OpenAI GPT Audio Mini - Voice", (0.165, 0.66),
           inputs=("text", "audio"), outputs=("audio", "text")),
    Listed("flux", "black-forest-labs/flux-schnell", "Flux Schnell - Images", (0.0, 0.0),
           tools=False, outputs=("image",)),
)  # fmt: skip

FREE: tuple[Listed, ...] = (
    Listed("openai-fast", "openai/gpt-oss-20b", "GPT-OSS 20B Reasoning LLM (OVH)",
           aliases=("openai", "gpt-oss", "gpt-oss-20b", "ovh-reasoning"), reasoning=True),
    Listed("mistral", "mistralai/mistral-small-3.2", "Mistral Small 3.2 24B",
           aliases=("mistral-small",)),
    Listed("gemini", "google/gemini-2.5-flash-lite", "Gemini 2.5 Flash Lite", inputs=_SEEING),
    Listed("qwen-coder", "qwen/qwen3-coder-30b-a3b-instruct", "Qwen3 Coder 30B"),
    Listed("llama", "meta/llama-3.3-70b", "Llama 3.3 70B"),
    Listed("bidara", "nasa/bidara", "BIDARA (Biomimetic Designer)", tools=False),
    Listed("chickytutor", "community/demo/chickytutor", "ChickyTutor AI Language Tutor"),
    Listed("midijourney", "pollinations/midijourney", "MIDIjourney", tools=False),
)  # fmt: skip


def find(listed: Iterable[Listed], name: str) -> Listed | None:
    """The model that a request means by *name*: by its own name first, then by another."""
    known = tuple(listed)
    by_name = (model for model in known if model.name == name)
    by_alias = (model for model in known if name in model.names)
    return next(by_name, None) or next(by_alias, None)


def legacy(listed: Iterable[Listed]) -> Any:
    """``/models`` of the free service, which has not changed its shape."""
    return [
        {
            "name": model.name,
            "description": model.title,
            "tier": "anonymous",
            "community": model.publisher == "community",
            "input_modalities": model.inputs,
            "output_modalities": model.outputs,
            "tools": model.tools,
            "aliases": model.aliases,
            "vision": "image" in model.inputs,
            "audio": "audio" in model.outputs,
            **({"reasoning": True} if model.reasoning else {}),
        }
        for model in listed
    ]


def rich(listed: Iterable[Listed], shape: Shape) -> Any:
    """``/models`` and ``/text/models`` of enter: all that is known of each."""
    one = _rich_today if shape == "today" else _rich_january
    return [one(model) for model in listed]


def openai(listed: Iterable[Listed], shape: Shape, now: float) -> Any:
    """``/v1/models``: OpenAI's list, whose ``created`` is in milliseconds."""
    created = int(now * 1000)
    if shape == "january":
        data = [{"id": m.name, "object": "model", "created": created} for m in listed]
    else:
        data = [_openai_today(model, created) for model in listed]
    return {"object": "list", "data": data}


def texts(listed: Iterable[Listed]) -> Sequence[Listed]:
    """Those that answer with text."""
    return [model for model in listed if "text" in model.outputs]


def _rich_january(model: Listed) -> Any:
    prompt, completion = model.price
    return {
        "name": model.name,
        "aliases": model.aliases,
        "pricing": {
            "currency": "pollen",
            "promptTextTokens": prompt / 1e6,
            "completionTextTokens": completion / 1e6,
        },
        "description": model.title,
        "input_modalities": model.inputs,
        "output_modalities": model.outputs,
        "tools": model.tools,
        "is_specialized": False,
        "context_window": model.context,
        **({"reasoning": True} if model.reasoning else {}),
        **({"paid_only": True} if model.paid_only else {}),
    }


def _rich_today(model: Listed) -> Any:
    title, _, description = model.title.partition(" - ")
    return {
        "name": model.id,
        "aliases": [model.name, *model.aliases],
        "category": model.outputs[0],
        "publisher": model.publisher,
        "community": model.publisher == "community",
        "pricing": _prices(model),
        "title": title,
        "description": description or title,
        "input_modalities": model.inputs,
        "output_modalities": model.outputs,
        "supported_endpoints": ["/v1/chat/completions"],
        "capabilities": _capabilities(model),
        "tools": model.tools,
        "reasoning": model.reasoning,
        "context_length": model.context,
        "max_completion_tokens": model.output,
        "is_specialized": False,
        "paid_only": model.paid_only,
    }


def _openai_today(model: Listed, created: int) -> Any:
    return {
        "id": model.id,
        "object": "model",
        "created": created,
        "input_modalities": model.inputs,
        "output_modalities": model.outputs,
        "supported_endpoints": ["/v1/chat/completions"],
        "pricing": _prices(model),
        "capabilities": _capabilities(model),
        "tools": model.tools,
        "reasoning": model.reasoning,
        "context_length": model.context,
    }


def _prices(model: Listed) -> Any:
    """Prices as today's lists write them: as text."""
    prompt, completion = (f"{price / 1e6:.12f}".rstrip("0").rstrip(".") for price in model.price)
    return {"currency": "pollen", "promptTextTokens": prompt, "completionTextTokens": completion}


def _capabilities(model: Listed) -> Any:
    known = {"tool_calling": model.tools, "reasoning": model.reasoning}
    return [name for name, can in known.items() if can]
