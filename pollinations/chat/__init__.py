"""Requests, events and chunks: the values that everything else speaks of. No Twisted here."""
