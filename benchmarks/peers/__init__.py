"""The proxy beside others: CPU, latency and memory for the same work. See ``benchmarks/run``."""
