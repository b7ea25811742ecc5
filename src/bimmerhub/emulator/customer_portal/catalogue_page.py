"""BMW's public list of descriptors: a page with a table, without sign-in.

That there is such a page, its path, and the zero-width space after each dot of a key were observed by clients
(2025-2026); the other brand's path answers 404. Which columns it has is inferred: key, unit, and whether the key can be
streamed.
"""

from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cardata.catalogue import official_keys, streamable_keys
from bimmerhub.emulator.cardata.voice.keys import EVERY_CAR, WITH_PLUG, WITH_TANK

PATH: Final = "/{locale}/utilities/bmw/api/cd/catalogue/file"
_HEADINGS: Final = {
    "en": ("Technical descriptor", "Unit", "Streamable", "yes", "no"),
    "de": ("Technischer Deskriptor", "Einheit", "Streamfähig", "ja", "nein"),
}


class CataloguePage:
    """The page, in English and in German by the first two letters of the path."""

    def routes(self) -> list[Route]:
        """Return its one route."""
        return [Route(PATH, self._show)]

    async def _show(self, request: Request) -> Response:
        key_word, unit_word, stream_word, yes, no = _HEADINGS.get(request.path_params["locale"][:2], _HEADINGS["en"])
        headings = "".join(f"<th>{word}</th>" for word in (key_word, unit_word, stream_word))
        streamable = streamable_keys()
        rows = "\n".join(
            f"<tr><td>{key.replace('.', '.&#8203;')}</td><td>{escape(_unit(key))}</td>"
            f"<td>{yes if key in streamable else no}</td></tr>"
            for key in sorted(official_keys())
        )
        return HTMLResponse(f"<!doctype html>\n<meta charset=utf-8>\n<table>\n<tr>{headings}</tr>\n{rows}\n</table>\n")


def _unit(key: str) -> str:
    form = {**EVERY_CAR, **WITH_PLUG, **WITH_TANK}.get(key)
    return (form.unit if form else None) or "-"
