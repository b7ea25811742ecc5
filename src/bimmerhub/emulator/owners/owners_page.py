"""The page of owners and cars: who has which car, to be mapped, unmapped and sold; SIM and contract.

It is the control API for a person with a browser, and as that one for this machine only. A form carries a word that
only this page knows, so that no other site can send one.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.control.control_requests import ControlRefusal, check_local
from bimmerhub.emulator.host.info import CONTROL_PATH
from bimmerhub.emulator.host.page_frame import page, read_field
from bimmerhub.emulator.lives import CarLives
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount, MappingType
from bimmerhub.emulator.owners.owner_actions import OwnerActions

OWNERS_PATH = f"{CONTROL_PATH}/owners"
_TITLE = "Owners and cars"
_Handler = Callable[[Request], Awaitable[Response]]
_UNMAP = (("unmap", "Unmap"),)
_MAP_AND_SELL = (("map-primary", "Map as PRIMARY"), ("map-secondary", "Map as SECONDARY"), ("sell", "Sell"))
_COMMANDS = ("expire_sim", "renew_sim", "expire_contract", "renew_contract")


class OwnersPage:
    """`/_emulator/owners`. Programs use the control API instead."""

    def __init__(self, actions: OwnerActions) -> None:
        self._actions = actions
        self._word = secrets.token_urlsafe(24)

    def routes(self) -> list[Route]:
        """Return the routes of the page."""
        return [
            Route(OWNERS_PATH, _local(self._show), methods=["GET"]),
            Route(OWNERS_PATH, _local(self._take), methods=["POST"]),
        ]

    async def _show(self, _request: Request) -> Response:
        return self._page()

    async def _take(self, request: Request) -> Response:
        try:
            self._check_word(await read_field(request, "word"))
            await self._do(request)
        except ControlRefusal as refusal:
            return self._page(trouble=str(refusal))
        return RedirectResponse(OWNERS_PATH, status_code=303)

    def _check_word(self, word: str) -> None:
        """Refuse a form that another site, or a page of an earlier start, sends."""
        if not secrets.compare_digest(word.encode(), self._word.encode()):
            raise ControlRefusal(403, "This form is not from this page. Load the page again.")

    async def _do(self, request: Request) -> None:
        """Do what a button says."""
        vin, home = await read_field(request, "vin"), await read_field(request, "home")
        account, action = await read_field(request, "account"), await read_field(request, "action")
        match action:
            case "map-primary" | "map-secondary":
                kind = MappingType(action.removeprefix("map-").upper())
                await self._actions.map_car(vin, account, kind, gcid=home)
            case "unmap":
                await self._actions.unmap_car(vin, account, gcid=home)
            case "sell":
                await self._actions.sell_car(vin, account or None, gcid=home)
            case name if name in _COMMANDS:
                await self._actions.command_car(vin, name, gcid=home)
            case _:
                raise ControlRefusal(400, "This page does not know that button.")

    def _page(self, *, trouble: str = "") -> Response:
        sections = "".join(self._section(lives, car) for lives, car in self._actions.list_cars())
        return page(_TITLE, sections or "<p>There are no cars.</p>", trouble=trouble, is_wide=True)

    def _section(self, lives: CarLives, car: CarIdentity) -> str:
        home, mappings = lives.account.gcid, self._actions.portal.mappings
        owners = [(owner, mappings.find(owner.gcid, car.vin)) for owner in self._actions.accounts]
        rows = "".join(
            f"<dt>{mapped.kind}</dt><dd>{escape(owner.user)} {self._form(car, home, _UNMAP, account=owner.user)}</dd>"
            for owner, mapped in owners
            if mapped is not None and mapped.home == home
        )
        connection = lives.garage.truth(car.vin).connection
        sim = ("expire_sim", "Let the SIM expire") if connection.has_sim else ("renew_sim", "Renew the SIM")
        contract = ("expire_contract", "Let the contract end")
        if not connection.has_contract:
            contract = ("renew_contract", "Renew the contract")
        choice = _choice(self._actions.accounts)
        return f"""
        <section>
          <h2>{escape(car.model_name)}</h2>
          <p class="note"><code>{car.vin}</code></p>
          <dl>{rows or "<dt>Nobody</dt><dd>No account has this car.</dd>"}</dl>
          {self._form(car, home, _MAP_AND_SELL, choice=choice)}
          {self._form(car, home, (sim, contract))}
        </section>"""

    def _form(
        self, car: CarIdentity, home: str, buttons: Sequence[tuple[str, str]], *, account: str = "", choice: str = ""
    ) -> str:
        """Return a form about a car, with a button for each action and its words."""
        hidden = {"word": self._word, "vin": car.vin, "home": home} | ({} if choice else {"account": account})
        fields = "".join(f'<input type="hidden" name="{name}" value="{escape(text)}">' for name, text in hidden.items())
        items = "".join(
            f'<button type="submit" name="action" value="{action}" class="quiet">{escape(words)}</button> '
            for action, words in buttons
        )
        return f'<form method="post" action="{OWNERS_PATH}" class="actions">{fields}{choice}{items}</form>'


def _local(handler: _Handler) -> _Handler:
    """Return an endpoint that shows other machines nothing."""

    async def endpoint(request: Request) -> Response:
        try:
            check_local(request)
        except ControlRefusal as refusal:
            return page(_TITLE, "", trouble=str(refusal))
        return await handler(request)

    return endpoint


def _choice(accounts: Sequence[EmulatedAccount]) -> str:
    options = "".join(f"<option>{escape(account.user)}</option>" for account in accounts)
    nobody = '<option value="">somebody without an account</option>'
    return f'<label>To <select name="account">{options}{nobody}</select></label>'
