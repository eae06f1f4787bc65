"""How the pages become a site: `make docs`. Nothing is fetched, neither here nor by who reads the pages."""

from __future__ import annotations

from importlib import metadata

project = "oneaxis"
author = "the oneaxis authors"
copyright = author  # noqa: A001 - Sphinx's name for it
try:
    release = metadata.version("oneaxis")
except metadata.PackageNotFoundError:  # a checkout that isn't installed
    release = ""

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True  # a reference that leads nowhere is a warning, and warnings are errors

myst_heading_anchors = 4  # the same anchors as on GitHub
myst_enable_extensions = ["fieldlist"]

html_theme = "furo"
html_title = "oneaxis"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_permalinks_icon = "#"
highlight_language = "text"
pygments_style = "friendly"
