"""How a proxy that runs is told to end or to read its files again, and how it says that it runs."""
