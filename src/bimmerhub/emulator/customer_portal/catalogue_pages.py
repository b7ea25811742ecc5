"""BMW's public catalogue of keys: a page that needs no sign-in.

It is at `/LOCALE/utilities/BRAND/api/cd/catalogue/file`; the other brand's path answers 404 (clients 2026). What is
below `/api/cd/` besides is not known and answers 404 too. BMW's page is an HTML table whose keys have a zero-width
space after each dot (observed by clients 2025-2026); its columns and their headings are inferred.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cardata.catalogue import CatalogueLine, catalogue_rows
from bimmerhub.emulator.customer_portal.brands import path_of_brand, title_of_key
from bimmerhub.emulator.faults.switches import Faults

_HEADINGS = {
    "en-gb": ("Technical descriptor", "Name", "Category", "Data type", "Unit", "Range", "Streamable"),
    "de-de": ("Technischer Deskriptor", "Bezeichnung", "Kategorie", "Datentyp", "Einheit", "Bereich", "Streamfähig"),
}
_ANSWERS = {"en-gb": ("yes", "no"), "de-de": ("ja", "nein")}
_GONE, _OTHER_UNIT = "vehicle.vehicle.timeSetting", "vehicle.vehicle.travelledDistance"
_NEW = CatalogueLine(
    key="vehicle.cabin.newOfThisMonth.status",
    category="VEHICLE_STATUS",
    datatype="string",
    unit="",
    is_streamable=True,
    values="ON, OFF",
)


class CataloguePages:
    """The catalogue of the brand that `brand` returns (as basicData names it)."""

    def __init__(self, *, brand: Callable[[], str], faults: Faults) -> None:
        self._brand = brand
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes below the utilities' paths, with and without a locale."""
        path = "/utilities/{brand}/api/cd/{rest:path}"
        return [
            Route("/{locale}" + path, self._show, methods=["GET"]),
            Route(path, self._show, methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        part = request.path_params
        locale = part.get("locale", "")
        is_catalogue = part["rest"] == "catalogue/file" and locale in _HEADINGS
        if not is_catalogue or part["brand"] != path_of_brand(self._brand()):
            return PlainTextResponse("Not found\n", status_code=404)
        rows = _changed(catalogue_rows()) if self._faults.take("catalogue-changed") else catalogue_rows()
        return HTMLResponse(format_catalogue(rows, locale=locale))


def format_catalogue(rows: Iterable[CatalogueLine], *, locale: str) -> str:
    """Return the page of a catalogue in the language of a locale, `en-gb` or `de-de`."""
    head = "".join(f"<th>{heading}</th>" for heading in _HEADINGS[locale])
    body = "\n".join(f"<tr>{_format_cells(row, *_ANSWERS[locale])}</tr>" for row in rows)
    table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    return f"<!doctype html>\n<html><meta charset=utf-8><body>{table}</body></html>\n"


def _format_cells(row: CatalogueLine, yes: str, no: str) -> str:
    key = row.key.replace(".", ".\u200b")
    streamable = yes if row.is_streamable else no
    cells = (key, title_of_key(row.key), row.category, row.datatype, row.unit, row.values, streamable)
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def _changed(rows: Iterable[CatalogueLine]) -> list[CatalogueLine]:
    """Return the catalogue of another month: a key is gone, one is new, one has another unit."""
    others = [row for row in rows if row.key != _GONE]
    return sorted(
        [replace(row, unit="mi") if row.key == _OTHER_UNIT else row for row in [*others, _NEW]], key=lambda row: row.key
    )
