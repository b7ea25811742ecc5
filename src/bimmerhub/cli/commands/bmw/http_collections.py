"""`bimmerhub collections DIR`: BMW's interfaces as requests for Postman, Bruno and Thunder Client."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from bimmerhub.cli.printing.output import print_text
from bimmerhub.errors import ConfigError
from bimmerhub.specs import COLLECTIONS, PROGRAM_FOLDERS


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="collections")(write_collections)


def write_collections(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist, or is empty.")],
) -> None:
    """Write HTTP collections for Postman, Bruno and Thunder Client into a folder.

    They hold the requests of BMW's interfaces, with tests; tokens are carried from answer to request.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is not empty", hint="Name a folder that does not exist.")
    for name, program in PROGRAM_FOLDERS.items():
        try:
            shutil.copytree(COLLECTIONS / name, folder / name, dirs_exist_ok=True)
        except (OSError, shutil.Error) as error:
            raise ConfigError(f"{folder} cannot be written: {error}") from error
        print_text(f"{folder / name}: {program}")
