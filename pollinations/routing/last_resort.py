"""The models to go by while no list has ever been read."""

from .catalogue import Catalogue, Model
from .route import ENTER, FREE

LAST_RESORT = Catalogue(
    {
        FREE: (
            Model(
                "openai-fast",
                ("openai", "gpt-oss", "gpt-oss-20b", "ovh-reasoning"),
                "openai",
                "GPT-OSS 20B",
                tools=True,
                reasoning=True,
            ),
            Model("mistral", (), "mistral", "Mistral", tools=True),
            Model("gemini", (), "google", "Gemini Flash", tools=True),
        ),
        ENTER: (
            Model("openai", (), "openai", "OpenAI GPT", tools=True),
            Model("openai-fast", (), "openai", "OpenAI GPT, fast", tools=True),
            Model("openai-large", (), "openai", "OpenAI GPT, large", tools=True, reasoning=True),
            Model("gemini", (), "google", "Gemini Flash", tools=True),
            Model("gemini-fast", (), "google", "Gemini Flash Lite", tools=True),
            Model("gemini-large", (), "google", "Gemini Pro", tools=True, reasoning=True),
            Model("claude-fast", (), "anthropic", "Claude Haiku", tools=True),
            Model("claude", (), "anthropic", "Claude Sonnet", tools=True),
            Model("mistral", (), "mistral", "Mistral Small", tools=True),
            Model("deepseek", (), "deepseek", "DeepSeek", tools=True, reasoning=True),
            Model("kimi", (), "moonshot", "Kimi", tools=True, reasoning=True),
            Model("glm", (), "z-ai", "GLM", tools=True, reasoning=True),
            Model("qwen-coder", (), "qwen", "Qwen Coder", tools=True),
            Model("nova-fast", ("nova",), "amazon", "Nova Micro", tools=True),
            Model("nomnom", (), "", "NomNom", tools=True),
        ),
    }
)
