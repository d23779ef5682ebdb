"""An event-driven, OpenAI-compatible proxy for Pollinations.ai."""

__version__ = "26.11.0"
