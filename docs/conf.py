"""Sphinx's configuration."""

import sys
from pathlib import Path

from pollinations import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "Pollinations"
author = "the Pollinations proxy contributors"
release = version = __version__
extensions = ["sphinx.ext.autodoc", "from_code"]
exclude_patterns = ["_build"]
autodoc_default_options = {"member-order": "bysource"}
autodoc_typehints = "none"
toc_object_entries = False
html_theme = "furo"
html_title = f"Pollinations {release}"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_copyright = False
nitpicky = False
