"""`bimmerhub inventory search|show|models`: what BMW's and MINI's dealers in the USA have in stock."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.american.stock_wish import Brand, Condition, Order, StockWish, check_zip, parse_years
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import print_csv, print_folded, print_json, print_table, print_text, say
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.bmw.inventory import Inventory, MiniVehicle, StockVehicle
    from bimmerhub.cli.american.model_rows import ModelRow
    from bimmerhub.cli.american.stock_rows import StockRow
    from bimmerhub.errors import BmwUnavailable, RateLimited
    from bimmerhub.ids import Vin

HELP = """\
What BMW's and MINI's dealers in the USA have in stock: no account is needed.

BMW does not sanction programs that ask its dealers' pages. After about 150 searches within 20 minutes it answers nobody
at the address for some 20. The search for used BMWs wants the storefront's name and password, which are your settings:
username and password in [inventory]."""

COLUMNS = (
    "vin",
    "year",
    "model",
    "series",
    "kind",
    "where",
    "price_usd",
    "msrp_usd",
    "odometer_miles",
    "distance_miles",
    "exterior",
    "interior",
    "drivetrain",
    "fuel",
    "dealer",
    "page_url",
)
MODEL_COLUMNS = ("series", "shape", "code", "name")
SERIES_HINTS: Mapping[Brand, str] = {
    "bmw": "A series is meant as BMW writes it, such as X5: bimmerhub inventory models lists them.",
    "mini": 'A series is meant as MINI writes it, such as "Hardtop 2 Door": a search without it shows them in --csv.',
}
BrandOption = Annotated[Brand, typer.Option(help="Whose cars.")]


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help=HELP, no_args_is_help=True)
    group.command()(search)
    group.command()(show)
    group.command()(models)
    app.add_typer(group, name="inventory")


def search(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    brand: BrandOption = "bmw",
    series: Annotated[
        list[str] | None,
        typer.Option(help='Series in BMW\'s words, such as "3 Series" or X5; may be given again.', show_default=False),
    ] = None,
    year: Annotated[
        list[str] | None,
        typer.Option(help="Model year, such as 2022 or 2020-2023; may be given again.", show_default=False),
    ] = None,
    price_from: Annotated[int | None, typer.Option(min=0, help="US dollars at least.", show_default=False)] = None,
    price_to: Annotated[int | None, typer.Option(min=0, help="US dollars at most.", show_default=False)] = None,
    odometer_to: Annotated[int | None, typer.Option(min=0, help="Miles driven at most.", show_default=False)] = None,
    near: Annotated[str | None, typer.Option(metavar="ZIP", help="A zip code.", show_default=False)] = None,
    radius_miles: Annotated[
        int | None, typer.Option(min=1, help="Miles around that zip code.", show_default=False)
    ] = None,
    condition: Annotated[
        Condition | None,
        typer.Option("--kind", help="Of BMWs used ones without it, of MINIs all.", show_default=False),
    ] = None,
    sort: Annotated[Order | None, typer.Option(help="What comes first.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="List so many at most.")] = 100,
    everything: Annotated[bool, typer.Option("--all", help="List all of them.")] = False,  # noqa: FBT002 - typer
    wait: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--wait", help="While BMW is silent, wait and go on.")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with more of each car.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with more of each car.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Search the dealers' stock: used BMWs, new ones with --kind new, and MINIs with --brand mini.

    One question to BMW brings 100 used BMWs, or 24 others. Price and odometer of used BMWs are compared here, and every
    order but that by price is made when all cars have come: a place and a series keep the questions few.
    """
    from bimmerhub.views.fields import Page

    _check_form(csv=csv, json=json)
    if price_from is not None and price_to is not None and price_from > price_to:
        raise WrongUsage(f"no price is from {price_from} to {price_to} dollars", hint="The lower one is --price-from")
    wish = StockWish(
        brand=brand,
        condition=condition,
        series=tuple(series or ()),
        years=parse_years(year or []),
        price_from=price_from,
        price_to=price_to,
        odometer_to=odometer_to,
        near=near,
        radius_miles=radius_miles,
        order=sort,
    )
    outcome = run(_search(context.obj, wish, limit=None if everything else limit, waits=wait))
    if outcome.stopped_by is not None and not outcome.cars:
        raise outcome.stopped_by
    if json:
        print_json(Page(items=outcome.cars, next=None))
    elif csv:
        print_csv(COLUMNS, outcome.cars)
    else:
        _print_cars(outcome.cars)
    if wish.series and not outcome.cars:
        say(SERIES_HINTS[brand])
    if outcome.has_more:
        say(f"There are more than {_these(outcome.cars)}: --limit N, or --all.")
    if outcome.stopped_by is not None:
        say(f"The search was cut short: only {_these(outcome.cars)} had come.")
        raise outcome.stopped_by


class _Outcome:
    """The cars that came, whether there are more, and what ended the search before its time."""

    def __init__(self) -> None:
        self.cars: list[StockRow] = []
        self.has_more = False
        self.stopped_by: BmwUnavailable | RateLimited | None = None


async def _search(options: Options, wish: StockWish, *, limit: int | None, waits: bool) -> _Outcome:
    from contextlib import aclosing

    from bimmerhub.cli.american.site_clients import open_inventory
    from bimmerhub.cli.american.stock_search import search_stock
    from bimmerhub.errors import BmwUnavailable, RateLimited

    outcome = _Outcome()
    try:
        async with (
            open_inventory(options, wants_storefront=wish.is_of_used_bmws) as inventory,
            aclosing(search_stock(inventory, wish, waits=waits)) as cars,
        ):
            async for car in cars:
                if len(outcome.cars) == limit:
                    outcome.has_more = True
                    break
                outcome.cars.append(car)
    except (BmwUnavailable, RateLimited) as error:
        outcome.stopped_by = error
    return outcome


def _print_cars(cars: "list[StockRow]") -> None:
    has_miles_away = any(car.distance_miles is not None for car in cars)
    columns = ("VIN", "year", "model", "is", "USD", "miles", *(("miles away",) if has_miles_away else ()))
    rows = [
        (
            car.vin,
            _text(car.year),
            car.model or "-",
            f"new, {car.where}" if car.kind == "new" and car.where else car.kind or "-",
            _thousands(car.price_usd),
            _thousands(car.odometer_miles),
            *((_thousands(car.distance_miles),) if has_miles_away else ()),
        )
        for car in cars
    ]
    print_table(columns, rows, numbers=("USD", "miles", "miles away"), empty="No dealer has such a car.")


def show(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[str, typer.Argument(help="The whole VIN.")],
    near: Annotated[
        str | None, typer.Option(metavar="ZIP", help="A zip code, to say how far away it is.", show_default=False)
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, in the columns of search.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Show one car of the stock: equipment, colours, price, its dealer's page.

    A used BMW is one question. MINI's search cannot be asked for one car: it is read until the car comes, 24 cars a
    question. A new BMW is not looked for.
    """
    from msgspec import to_builtins

    from bimmerhub.cli.american.our_names import print_ours
    from bimmerhub.ids import parse_vin

    _check_form(csv=csv, json=json)
    try:
        wanted = parse_vin(vin.upper())
    except ValueError as error:
        raise WrongUsage(str(error), hint="bimmerhub inventory search lists the VINs") from error
    if near is not None:
        check_zip(near)
    car, row = run(_find(context.obj, wanted, near))
    if json:
        print_ours({**{name: getattr(car, name) for name in car.__struct_fields__}, **to_builtins(row)})
    elif csv:
        print_csv(COLUMNS, [row])
    else:
        _print_car(car, row)


async def _find(options: Options, vin: "Vin", near: str | None) -> "tuple[StockVehicle | MiniVehicle, StockRow]":
    from bimmerhub.cli.american.site_clients import open_inventory
    from bimmerhub.domain.vin_brand import derive_brand

    is_mini = derive_brand(vin) == "MINI"
    async with open_inventory(options, wants_storefront=not is_mini) as inventory:
        if is_mini:
            return await _find_mini(inventory, vin, near)
        return await _find_used_bmw(inventory, vin, near)


async def _find_used_bmw(inventory: "Inventory", vin: "Vin", near: str | None) -> "tuple[StockVehicle, StockRow]":
    from bimmerhub.bmw.inventory import VehicleQuery
    from bimmerhub.cli.american.stock_rows import row_of_used_bmw
    from bimmerhub.errors import NotFound
    from bimmerhub.ids import mask_vin

    page = await inventory.fetch_page(VehicleQuery(vins=(vin,), postal_code=near))
    for car in page.vehicles:
        if car.vin == vin:
            return car, row_of_used_bmw(car)
    raise NotFound(
        f"no dealer has the used BMW {mask_vin(vin)}",
        hint="New ones are listed only: bimmerhub inventory search --kind new --near ZIP",
    )


async def _find_mini(inventory: "Inventory", vin: "Vin", near: str | None) -> "tuple[MiniVehicle, StockRow]":
    from contextlib import aclosing

    from bimmerhub.bmw.inventory import MiniQuery
    from bimmerhub.cli.american.stock_rows import row_of_search_car
    from bimmerhub.errors import NotFound
    from bimmerhub.ids import mask_vin

    async with aclosing(inventory.search_minis(MiniQuery(zip_code=near))) as cars:
        async for car in cars:
            if car.vin == vin:
                return car, row_of_search_car(car, page_url=inventory.page_url(car))
    raise NotFound(f"no dealer has the MINI {mask_vin(vin)}")


def _print_car(car: "StockVehicle | MiniVehicle", row: "StockRow") -> None:
    from bimmerhub.cli.american.car_lines import lines_of

    lines, equipment = lines_of(car, row)
    print_table(("", ""), lines)
    if equipment:
        print_text("")
        print_text("equipment", style="bold")
        for item in equipment:
            print_folded(item, indent=2)


def models(
    context: typer.Context,
    brand: BrandOption = "bmw",
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List the models: of BMW those that can be configured, of MINI those that the search can filter by."""
    from bimmerhub.views.fields import Page

    _check_form(csv=csv, json=json)
    rows = run(_load_models(context.obj, brand))
    if json:
        print_json(Page(items=rows, next=None))
        return
    if csv:
        print_csv(MODEL_COLUMNS, rows)
        return
    cells = [(row.series or "-", row.shape or "-", row.code or "-", row.name or "-") for row in rows]
    has_series = any(row.series is not None for row in rows)
    columns = ("series", "shape", "code", "model")
    print_table(
        columns if has_series else columns[2:],
        cells if has_series else [line[2:] for line in cells],
        empty="BMW names no model.",
    )


async def _load_models(options: Options, brand: Brand) -> "list[ModelRow]":
    from bimmerhub.cli.american.model_rows import bmw_rows, mini_rows
    from bimmerhub.cli.american.site_clients import open_inventory

    async with open_inventory(options) as inventory:
        if brand == "mini":
            return mini_rows(await inventory.fetch_filters())
        return bmw_rows(await inventory.fetch_models())


def _these(cars: "list[StockRow]") -> str:
    return "this one" if len(cars) == 1 else f"these {len(cars)}"


def _check_form(*, csv: bool, json: bool) -> None:
    if csv and json:
        raise WrongUsage("--csv and --json exclude each other")


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _thousands(number: float | None) -> str:
    return "-" if number is None else f"{number:,.0f}"
