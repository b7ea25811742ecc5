"""Our own Markdown files as pages for a browser; whoever does not ask for a page gets the file as it is."""

import html
import re
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
"""What looks like HTML in a file is shown, not obeyed."""
_NOT_IN_ANCHORS: Final = re.compile(r"[^\w\- ]")


def prefers_page(accept: str) -> bool:
    """Tell whether an Accept header names HTML, and not Markdown before it; `*/*`, which curl sends, names neither."""
    weights = {"text/html": 0.0, "text/markdown": 0.0}
    for part in accept.lower().split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        if name in weights:
            weights[name] = next((_weight(word[2:]) for word in parameters if word.startswith("q=")), 1.0)
    return weights["text/html"] > 0 and weights["text/html"] >= weights["text/markdown"]


def render_markdown(text: str) -> str:
    """Return Markdown as HTML; each heading has the anchor that GitHub gives it."""
    tokens = _MARKDOWN.parse(text)
    for heading, words in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", _NOT_IN_ANCHORS.sub("", words.content.lower()).replace(" ", "-"))
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def page_of(body: str, *, title: str) -> str:
    """Return a whole page around HTML, in the look of the hub's own."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/style.css"></head>'
        f'<body><main class="document">{body}</main></body></html>'
    )


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
