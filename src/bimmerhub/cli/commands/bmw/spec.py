"""`bimmerhub spec list|show|serve|export`: the descriptions of BMW's interfaces and of the hub's own."""

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from bimmerhub.cli.printing.output import print_exactly, print_json_text, print_lines, print_table, print_text, say
from bimmerhub.errors import ConfigError, NotFound

PORT: Final = 8091
_ADDRESS: Final = f"http://127.0.0.1:{PORT}"
_ADDRESS_FORM: Final = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+(/[A-Za-z0-9._~%@:+,=-]*)*")
"""It is written into JSON and YAML, and file paths follow: no quotes, no question and no fragment."""

_Port = Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")]
_Address = Annotated[
    str, typer.Option(metavar="URL", help="Where the files will be served: links in them begin with it.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    spec = typer.Typer(
        no_args_is_help=True,
        help="Descriptions of BMW's interfaces and of the hub's own: OpenAPI, AsyncAPI, JSON Schema, and their index.",
    )
    spec.command("list")(list_files)
    spec.command("show")(show)
    spec.command("serve")(serve)
    spec.command("export")(export)
    app.add_typer(spec, name="spec")


def list_files(
    all_: Annotated[bool, typer.Option("--all", help="JSON Schemas and the project's documentation too.")] = False,  # noqa: FBT002 - typer
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List the descriptions: what each is about, its kind and its name."""
    from dataclasses import asdict

    import msgspec

    from bimmerhub.specs.reader import list_specs, title_of

    specs = [spec for spec in list_specs() if all_ or spec.kind not in {"schema", "document"}]
    if json:
        rows = [asdict(spec) | {"title": title_of(spec)} for spec in specs]
        print_json_text(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    print_table(["name", "kind", "title"], [(spec.name, spec.kind, title_of(spec)) for spec in specs])


def show(name: Annotated[str, typer.Argument(metavar="NAME", help="As `spec list` has it: openapi/cardata.")]) -> None:
    """Print one description; its links begin with the address of `spec serve`."""
    from bimmerhub.cli.arguments.nearest import did_you_mean
    from bimmerhub.specs.reader import list_specs, read_spec

    try:
        content = read_spec(name, address=_ADDRESS)
    except NotFound as error:
        error.hint = f"{did_you_mean(name, [spec.name for spec in list_specs()])} {error.hint}".lstrip()
        raise
    print_exactly(content)


def serve(port: _Port = PORT) -> None:
    """Serve the descriptions on this machine until Ctrl-C: the index, and all that it leads to."""
    from bimmerhub.cli.running import run_until_stopped

    run_until_stopped(lambda: _serve(port))


async def _serve(port: int) -> None:
    import asyncio

    from bimmerhub.web.routes.specs import build_specs_app
    from bimmerhub.web.server import serve as serve_app

    async with serve_app(build_specs_app(), "127.0.0.1", port) as bound_port:
        address = f"http://127.0.0.1:{bound_port}"
        print_lines([f"{address}/.well-known/apis.json", f"{address}/llms.txt", f"{address}/spec"])
        say("Ctrl-C stops.")
        await asyncio.Event().wait()


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist, or is empty.")],
    address: _Address = _ADDRESS,
) -> None:
    """Write all descriptions into a folder, to publish them or to generate from."""
    from bimmerhub.specs.reader import list_specs, read_spec

    if _ADDRESS_FORM.fullmatch(address) is None:
        raise ConfigError(
            f"{address} is no address", hint="As https://apis.example/bmw: a host, and a path if need be."
        )
    specs = list_specs()
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigError(f"{folder} is not empty", hint="Name a folder that does not exist.")
        for spec in specs:
            file = folder / _published_path(spec.path, is_index=spec.kind == "index")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(read_spec(spec.path, address=address.rstrip("/")))
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error}") from error
    print_text(f"{folder}: {len(specs)} files; links between them begin with {address}")


def _published_path(path: str, *, is_index: bool) -> str:
    """Return where links look for a file: the index at the top, all others below spec."""
    if path == "apis.json":
        return ".well-known/apis.json"
    return path if is_index else f"spec/{path}"
