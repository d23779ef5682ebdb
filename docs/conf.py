"""Sphinx's configuration."""

from pollinations import __version__

project = "Pollinations"
author = "the Pollinations proxy contributors"
release = version = __version__
extensions = ["sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
nitpicky = False
