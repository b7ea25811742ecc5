"""`bimmerhub watch [VIN]`: what comes in, as it comes in."""

import asyncio
import json as jsonlib
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.hub_client import HubClient
from bimmerhub.cli.live import reach_hub
from bimmerhub.cli.output import err, iso, out, show_value
from bimmerhub.cli.reading import open_for_reading
from bimmerhub.cli.running import run_until_stopped
from bimmerhub.errors import SignInRequired, StoreError
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.sqlite.page_tokens import encode_entry_id
from bimmerhub.store.sqlite.store import SqliteStore

JOURNAL_PAGE = 1_000
LOOK_AGAIN_S = 0.5


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(watch)


def watch(
    context: typer.Context,
    vin: Annotated[str | None, typer.Argument(help="VIN or the end of it.", show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,  # noqa: FBT002 - typer
    raw: Annotated[bool, typer.Option("--raw", help="Print BMW's messages as a capture file.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Print readings as they arrive, until Ctrl-C. Without a running hub it connects by itself, and stores them too."""
    options: Options = context.obj
    ending = (vin or "").upper()
    is_hub_ours = find_hub(options.settings().data_dir) is None

    async def work() -> None:
        async with reach_hub(options, goes_live=True) as client:
            accounts = (await client.fetch("accounts"))["items"]
            account = options.only_account([each["name"] for each in accounts])
            wanted = _Wanted(client, ending=ending, account=account)
            await wanted.load()
            _check_signed_in(accounts, is_hub_ours=is_hub_ours)
            err.print("Waiting for readings (a sleeping car sends nothing). Ctrl-C stops.")
            if raw:
                await _print_raw(options, ending, account)
                return
            async for kind, data in client.events():
                if kind == "link" and not json and account in (None, data["account"]):
                    err.print(f"{data['account']}: {data['state']}: {data['reason']}", markup=False)
                if kind == "reading" and await wanted.includes(data["vin"]):
                    _print_reading(data, json=json)

    run_until_stopped(work)


def _check_signed_in(accounts: Sequence[Mapping[str, Any]], *, is_hub_ours: bool) -> None:
    """Say that nobody is signed in; where no other hub runs, in which that could change, as an error."""
    if any(each["signed_in"] for each in accounts):
        return
    if is_hub_ours:
        raise SignInRequired("nobody is signed in, so nothing would come", hint="bimmerhub login --client-id ID")
    err.print("Nobody is signed in yet: bimmerhub login --client-id ID")


class _Wanted:
    """Which vehicles to print: those of an account (None: of any) whose VIN has that ending."""

    def __init__(self, client: HubClient, *, ending: str, account: str | None) -> None:
        self._client = client
        self._ending = ending
        self._account = account
        self._accounts: dict[str, str | None] = {}

    async def load(self) -> None:
        """Ask the hub which vehicles there are; WrongUsage when it knows some, and none of them is wanted."""
        await self._load_accounts()
        if self._ending and self._accounts and not any(map(self._is_wanted, self._accounts)):
            names = ", ".join(mask_vin(Vin(vin)) for vin in sorted(self._accounts))
            raise WrongUsage(f"no vehicle's VIN ends with {self._ending[-17:]!r}", hint=f"Known: {names}")

    async def includes(self, vin: str) -> bool:
        """Tell whether a vehicle is wanted; one that is met for the first time is asked for."""
        if self._account is not None and self._accounts.get(vin) is None:
            await self._load_accounts()
        return self._is_wanted(vin)

    async def _load_accounts(self) -> None:
        vehicles = (await self._client.fetch("vehicles"))["items"]
        self._accounts = {each["vin"]: each["account"] for each in vehicles}

    def _is_wanted(self, vin: str) -> bool:
        return vin.endswith(self._ending) and self._account in (None, self._accounts.get(vin))


def _print_reading(data: dict[str, Any], *, json: bool) -> None:
    if json:
        sys.stdout.write(jsonlib.dumps(data, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        return
    value = show_value(data["value"], data["unit"])
    out.print(f"{data['measured_at']}  {data['vin'][-4:]}  {data['descriptor']}  {value}", markup=False)


async def _print_raw(options: Options, ending: str, account: str | None) -> None:
    data_dir = options.settings().data_dir
    async with open_for_reading(options) as store:
        after = await _end_of_journal(store)
        while True:
            entries, token = await store.journal(limit=JOURNAL_PAGE, after=after)
            for entry in entries:
                if entry.topic.endswith(ending) and account in (None, entry.account):
                    sys.stdout.write(_capture_line(entry))
            sys.stdout.flush()
            after = token or after
            if len(entries) < JOURNAL_PAGE:
                if find_hub(data_dir) is None:
                    raise StoreError("the hub has stopped; nothing more comes in", hint="Start it again: bimmerhub run")
                await asyncio.sleep(LOOK_AGAIN_S)


async def _end_of_journal(store: SqliteStore) -> str:
    """Return the place behind the newest entry, found in some 40 small looks however long the journal is."""

    async def is_behind(entry_id: int) -> bool:
        return not (await store.journal(limit=1, after=encode_entry_id(entry_id)))[0]

    low, high = -1, 1
    while not await is_behind(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if await is_behind(middle) else (middle, high)
    return encode_entry_id(high)


def _capture_line(entry: JournalEntry) -> str:
    """Return the wrapped form; a payload that is no JSON is written as text, which an import then refuses visibly."""
    text = entry.payload.decode("utf-8", "replace").replace("\n", " ")
    try:
        payload: Any = jsonlib.loads(text)
    except ValueError:
        payload = text
    line = {"received_at": iso(entry.received_at_ms), "topic": entry.topic, "payload": payload}
    return jsonlib.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
