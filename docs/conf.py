"""Site: MyST pages, formulas as static MathML, nothing loaded from elsewhere."""

from __future__ import annotations

from typing import Any

from superlaw.theory.documents.html import numbered

project = "superlaw"
author = "The superlaw authors"
extensions = ["myst_nb"]
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_timeout = 300  # seconds a cell, on a busy machine
nb_execution_raise_on_error = True
nb_execution_show_tb = True
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 2
exclude_patterns = ["results", "figures"]
html_theme = "alabaster"
html_theme_options = {"description": "training laws of sparse features", "page_width": "62rem"}
html_math_renderer = "mathml"
html_copy_source = False
html_extra_path = ["derivations.svg"]
html_static_path = ["_static"]
html_css_files = ["formulas.css"]


def setup(app: Any) -> None:
    """Register the renderer of formulas."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))


def _inline(writer: Any, node: Any) -> None:
    from docutils.nodes import SkipNode

    writer.body.append(numbered(node.astext(), "inline"))
    raise SkipNode


def _display(writer: Any, node: Any) -> None:
    from docutils.nodes import SkipNode

    writer.body.append(f'<div class="math">{numbered(node.astext(), "block")}</div>')
    raise SkipNode
