"""Where a request stands in a trace that somebody follows, and what is told of it."""
