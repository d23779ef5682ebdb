"""How a schema is brought into a dialect: each module knows one thing, and nothing of the whole."""
