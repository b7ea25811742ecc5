"""`bimmerhub garage recalls|warranty|value-services|dealers|status|offers`: the owners' site of North America."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeVar

import typer

from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import print_json, print_table, print_text, say
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.bmw.mygarage import MyGarage, RecallReport, WarrantyReport
    from bimmerhub.ids import Vin
    from bimmerhub.views.account.garage import GarageOrderAnswer

T = TypeVar("T")
Brand = Literal["bmw", "mini"]

HELP = """\
Ask My Garage, BMW's site for owners in North America: recalls, warranty, dealers, orders.

BMW does not sanction programs that ask it. Recalls, warranty, services at a fixed price and dealers are told of any car
and without an account. Orders and offers are told to who is signed in as the MyBMW app, in North America:
bimmerhub garage login, which is bimmerhub login --family mybmw --region na"""
VinArgument = Annotated[
    str | None, typer.Argument(metavar="[VIN]", help="Whole VIN of any car, or one of yours.", show_default=False)
]
BrandOption = Annotated[
    Brand | None, typer.Option(help="Whose site; without it that of the car's brand, else BMW's.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
WHOLE_VIN: Final = 17


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help=HELP, no_args_is_help=True)
    group.command()(login)
    group.command()(recalls)
    group.command()(warranty)
    group.command("value-services")(value_services)
    group.command()(dealers)
    group.command()(status)
    group.command()(offers)
    app.add_typer(group, name="garage")


def login(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    user: Annotated[
        str | None, typer.Option(help="The e-mail address of the account at BMW.", show_default=False)
    ] = None,
    captcha: Annotated[
        str | None,
        typer.Option(metavar="TOKEN", help="Of a captcha that you have just solved; sent once.", show_default=False),
    ] = None,
    password_env: Annotated[
        str | None, typer.Option(help="Variable that holds the password, instead of asking.", show_default=False)
    ] = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Sign in for orders and offers, as the MyBMW app in North America, whose sign-in My Garage takes.

    BMW wants a captcha with it; the command says how you get one, and asks for its token.
    """
    from bimmerhub.cli.commands.account.login import login_by_password
    from bimmerhub.cli.commands.account.password_login import PasswordLogin

    chosen = PasswordLogin(family="mybmw", region="na", user=user, captcha=captcha, password_env=password_env)
    login_by_password(context.obj, chosen, json=json)


def recalls(
    context: typer.Context,
    vin: VinArgument = None,
    brand: BrandOption = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show a car's recalls in the USA, of any car and without an account."""
    from bimmerhub.cli.american.our_names import print_ours

    car = find_car(context.obj, vin)
    report = ask(context.obj, brand_of(car, brand), lambda garage: garage.car(car).fetch_recalls_by_vin())
    if json:
        print_ours(report)
    else:
        _print_recalls(report)


def warranty(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument = None,
    miles: Annotated[
        int | None, typer.Option(min=0, help="Miles driven, for which plans are offered.", show_default=False)
    ] = None,
    brand: BrandOption = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show how long a car's warranties last, who sold it, and what plans can be bought for it.

    Told of any car in North America and without an account.
    """
    from bimmerhub.cli.american.our_names import print_ours

    car = find_car(context.obj, vin)
    report = ask(context.obj, brand_of(car, brand), lambda garage: garage.car(car).fetch_warranty(mileage_miles=miles))
    if json:
        print_ours(report)
    else:
        _print_warranty(report)


def value_services(
    context: typer.Context,
    brand: BrandOption = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List what BMW's workshops do at a fixed price."""
    from bimmerhub.cli.american.our_names import print_ours

    services = ask(context.obj, brand or "bmw", lambda garage: garage.fetch_value_services())
    if json:
        print_ours({"items": services, "next": None})
        return
    rows = [(service.name or "-", f"{service.price_usd:,.2f}" if service.price_usd else "-") for service in services]
    print_table(("service", "USD"), rows, numbers=("USD",), empty="BMW names no service.")
    if rows and all(price == "-" for _, price in rows):
        say("BMW names no price here: ask the dealer.")


def dealers(
    context: typer.Context,
    zip_code: Annotated[str, typer.Argument(metavar="ZIP", help="Zip code, such as 90210.")],
    brand: BrandOption = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show the dealer of a zip code, as BMW assigns it: one."""
    from bimmerhub.cli.american.our_names import print_ours
    from bimmerhub.cli.american.stock_wish import check_zip

    check_zip(zip_code)
    dealer = ask(context.obj, brand or "bmw", lambda garage: garage.fetch_dealer(zip_code))
    if json:
        print_ours(dealer)
        return
    pairs = (("name", dealer.name), ("address", dealer.address), ("page", dealer.url), ("BMW's id", dealer.center_id))
    print_table(("", ""), [(what, value) for what, value in pairs if value], empty="BMW names no dealer there.")


def status(
    context: typer.Context,
    number: Annotated[
        str | None,
        typer.Argument(metavar="[NUMBER]", help="Production number; without it all.", show_default=False),
    ] = None,
    brand: BrandOption = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show how the orders of your garage stand, from the order to the dealer, in words.

    Cars that you have are listed too. It needs the sign-in of a mybmw account.
    """
    from bimmerhub.cli.american.garage_account import ask_signed_in
    from bimmerhub.views.account.garage import GarageOrderAnswer
    from bimmerhub.views.fields import Page

    body = {"brand": brand or "bmw"} | ({} if number is None else {"number": number})
    orders = ask_signed_in(context.obj, "orders", body, Page[GarageOrderAnswer])
    if json:
        print_json(orders)
        return
    if number is not None:
        _print_order(orders.items[0])
        return
    rows = [
        (
            order.production_number,
            _car(order),
            order.exterior or "-",
            _status(order),
            order.vin or "-",
        )
        for order in orders.items
    ]
    print_table(("number", "car", "outside", "is", "VIN"), rows, empty="There is no car in this garage.")


def offers(
    context: typer.Context,
    vin: VinArgument = None,
    brand: BrandOption = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show what can be subscribed to for your garage, or for one car of it, by BMW's own names.

    Nobody has described the form of it. It needs the sign-in of a mybmw account.
    """
    from bimmerhub.cli.american.garage_account import ask_signed_in
    from bimmerhub.cli.american.members import print_members
    from bimmerhub.views.account.garage import OffersAnswer

    body: dict[str, object] = {"brand": brand or "bmw"}
    if vin is not None:
        car = find_car(context.obj, vin)
        body = {"brand": brand_of(car, brand), "vin": car}
    answer = ask_signed_in(context.obj, "offers", body, OffersAnswer)
    if json:
        print_json(answer)
        return
    print_members(answer.offers)


def ask(options: Options, brand: Brand, question: "Callable[[MyGarage], Awaitable[T]]") -> T:
    """Return what My Garage of a brand answers to who is not signed in."""
    from bimmerhub.bmw.mygarage import GarageBrand
    from bimmerhub.cli.american.site_clients import open_garage

    async def asking() -> T:
        async with open_garage(options, GarageBrand(brand)) as garage:
            return await question(garage)

    return run(asking())


def find_car(options: Options, text: str | None) -> "Vin":
    """Return the car of a whole VIN, whoever's it is, else the one of the person's cars that the line means."""
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.ids import parse_vin

    if text is not None and len(text) == WHOLE_VIN:
        try:
            return parse_vin(text.upper())
        except ValueError as error:
            raise WrongUsage(str(error)) from error
    return read(options, lambda reads: find_vin(options, reads, text))


def brand_of(vin: "Vin", named: Brand | None) -> Brand:
    """Return whose site is asked about a car."""
    from bimmerhub.domain.vin_brand import derive_brand

    return named or ("mini" if derive_brand(vin) == "MINI" else "bmw")


def _print_order(order: "GarageOrderAnswer") -> None:
    pairs = (
        ("number", order.production_number),
        ("car", _car(order)),
        ("outside", order.exterior),
        ("inside", order.interior),
        ("is", _status(order)),
        ("BMW says", order.message),
        ("built", order.produced_on),
        ("VIN", order.vin),
    )
    print_table(("", ""), [(what, value) for what, value in pairs if value])


def _car(order: "GarageOrderAnswer") -> str:
    return " ".join(str(part) for part in (order.model_year, order.model_code) if part) or "-"


def _status(order: "GarageOrderAnswer") -> str:
    """Return how an order stands in words; BMW's code where nobody has described it."""
    return order.status_words or ("-" if order.status is None else f"status {order.status}")


def _print_recalls(report: "RecallReport") -> None:
    if not report.is_known:
        print_text("BMW of North America does not know this VIN.")
        return
    car = " ".join(str(part) for part in (report.year, report.make, report.model) if part) or "This car"
    count = report.count or len(report.recalls)
    how_many = {0: "no recalls", 1: "one recall"}.get(count, f"{count} recalls")
    as_of = f", as of {report.refreshed_on}" if report.refreshed_on else ""
    print_text(f"{car}: {how_many}{as_of}.")
    from bimmerhub.cli.american.members import print_members

    for recall in report.recalls:
        print_text("")
        print_members(recall)


def _print_warranty(report: "WarrantyReport") -> None:
    from bimmerhub.cli.american.warranty_lines import car_lines, coverage_lines, plan_lines

    lines = car_lines(report)
    if not lines:
        print_text(f"BMW of North America tells nothing of this car ({report.status_description or 'no reason'}).")
        return
    print_table(("", ""), lines)
    if coverages := coverage_lines(report):
        print_text("")
        print_table(("warranty", "is", "from", "until", "or at miles"), coverages, numbers=("or at miles",))
    if plans := plan_lines(report):
        print_text("")
        print_table(("plan that can be bought", "USD", "months", "miles"), plans, numbers=("USD", "months", "miles"))
