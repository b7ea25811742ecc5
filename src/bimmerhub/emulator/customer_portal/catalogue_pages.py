"""BMW's public catalogue of keys: a page that needs no sign-in.

It is at `/LOCALE/utilities/BRAND/api/cd/catalogue/file`; the path of a brand that nobody here has answers 404 (clients
2026). What is below `/api/cd/` besides is not known and answers 404 too. BMW's page is an HTML table whose keys have a
zero-width space after each dot (observed by clients 2025-2026); its columns and their headings are inferred.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cardata.catalogue import CatalogueRow, catalogue_rows
from bimmerhub.emulator.customer_portal.brands import path_of_brand, title_of_key
from bimmerhub.emulator.faults.switches import Faults

LOCALES = frozenset({"de-de", "en-gb"})
_HEADINGS = ("Technical descriptor", "Name", "Category", "Data type", "Unit", "Range", "Streamable")
_GONE, _OTHER_UNIT = "vehicle.vehicle.timeSetting", "vehicle.vehicle.travelledDistance"
_NEW = CatalogueRow(
    key="vehicle.cabin.newOfThisMonth.status",
    category="VEHICLE_STATUS",
    datatype="string",
    unit="",
    is_streamable=True,
    values="ON, OFF",
)


class CataloguePages:
    """The catalogue for each brand of `brands` (as basicData names them)."""

    def __init__(self, *, brands: Callable[[], Collection[str]], faults: Faults) -> None:
        self._brands = brands
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
        is_brand = part["brand"] in {path_of_brand(brand) for brand in self._brands()}
        is_catalogue = part["rest"] == "catalogue/file" and part.get("locale") in LOCALES
        if not (is_brand and is_catalogue):
            return PlainTextResponse("Not found\n", status_code=404)
        rows = _changed(catalogue_rows()) if self._faults.take("catalogue-changed") else catalogue_rows()
        return HTMLResponse(format_catalogue(rows))


def format_catalogue(rows: Iterable[CatalogueRow]) -> str:
    """Return the page of a catalogue."""
    head = "".join(f"<th>{heading}</th>" for heading in _HEADINGS)
    body = "\n".join(f"<tr>{_format_cells(row)}</tr>" for row in rows)
    table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    return f"<!doctype html>\n<html><body>{table}</body></html>\n"


def _format_cells(row: CatalogueRow) -> str:
    key = row.key.replace(".", ".\u200b")
    streamable = "yes" if row.is_streamable else "no"
    cells = (key, title_of_key(row.key), row.category, row.datatype, row.unit, row.values, streamable)
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def _changed(rows: Iterable[CatalogueRow]) -> list[CatalogueRow]:
    """Return the catalogue of another month: a key is gone, one is new, one has another unit."""
    kept = [row for row in rows if row.key != _GONE]
    return sorted(
        [replace(row, unit="mi") if row.key == _OTHER_UNIT else row for row in [*kept, _NEW]], key=lambda row: row.key
    )
