"""`bimmerhub watch [VIN]`: what comes in, as it comes in."""

import asyncio
import json as jsonlib
import sys
from typing import Annotated, Any

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.live import reach_hub
from bimmerhub.cli.output import err, iso, out, show_value
from bimmerhub.cli.reading import open_for_reading
from bimmerhub.cli.running import run_until_stopped
from bimmerhub.errors import SignInRequired, StoreError
from bimmerhub.hub.directory import find_hub
from bimmerhub.store.page import encode_entry_id
from bimmerhub.store.port import JournalEntry
from bimmerhub.store.sqlite import SqliteStore

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
    wanted = (vin or "").upper()

    async def work() -> None:
        has_hub = find_hub(options.settings().data_dir) is not None
        async with reach_hub(options, goes_live=True) as client:
            is_signed_in = any(each["signed_in"] for each in (await client.fetch("accounts"))["items"])
            if not (is_signed_in or has_hub):  # with a hub somebody may sign in meanwhile
                raise SignInRequired(
                    "nobody is signed in, so nothing would come", hint="bimmerhub login --client-id ID"
                )
            why = "a sleeping car sends nothing" if is_signed_in else "nobody is signed in yet: bimmerhub login"
            err.print(f"Waiting for readings ({why}). Ctrl-C stops.")
            if raw:
                await _print_raw(options, wanted)
                return
            async for kind, data in client.events():
                if kind == "link" and not json:
                    err.print(f"{data['account']}: {data['state']}: {data['reason']}", markup=False)
                if kind == "reading" and str(data["vin"]).endswith(wanted):
                    _print_reading(data, json=json)

    run_until_stopped(work)


def _print_reading(data: dict[str, Any], *, json: bool) -> None:
    if json:
        sys.stdout.write(jsonlib.dumps(data, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        return
    value = show_value(data["value"], data["unit"])
    out.print(f"{data['measured_at']}  {data['vin'][-4:]}  {data['descriptor']}  {value}", markup=False)


async def _print_raw(options: Options, wanted: str) -> None:
    data_dir = options.settings().data_dir
    async with open_for_reading(options) as store:
        after = await _end_of_journal(store)
        while True:
            entries, token = await store.journal(limit=JOURNAL_PAGE, after=after)
            for entry in entries:
                if entry.topic.endswith(wanted):
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
