"""What is told of a request to whoever follows the trace that it stands in."""
