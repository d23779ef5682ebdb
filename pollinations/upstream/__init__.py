"""The way out: chat, account and catalogue of an upstream, over treq."""
