"""Run the collections with the programs they are for, against the emulator.

Its command: python -m tools.http_collections.programs.
Each program is installed from its registry below build/. One that cannot be had is named, and is no failure.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.http_collections.description import FOLDER, Collection, load_collections
from tools.http_collections.opencollection import ENVIRONMENT
from tools.npm_packages import WITHIN_S, Package

REGIONS: Final = ("na", "row")
FAILED_LINES: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One collection to run: what it sets, and the emulator's CA."""

    slug: str
    collection: Collection
    variables: Mapping[str, str]
    ca_file: str
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program of the npm registry: its package and command."""

    package: Package
    command: str

    def line(self, run: Run) -> list[str]:
        """Return the arguments that run a collection."""
        pairs = [f"{name}={value}" for name, value in run.variables.items()]
        env_vars = [word for pair in pairs for word in ("--env-var", pair)]
        match self.command:
            case "newman":
                file = FOLDER / "postman" / f"{run.slug}.postman_collection.json"
                return ["run", str(file), "--color", "off", "--ssl-extra-ca-certs", run.ca_file, *env_vars]
            case "bru":
                return ["run", "-r", "--env", ENVIRONMENT, "--sandbox", "developer", "--cacert", run.ca_file, *env_vars]
        return ["--col", run.collection.name, "--env", ENVIRONMENT, "--var-data", ",".join(pairs)]

    def folder(self, run: Run) -> Path:
        """Return where to run: Thunder Client writes into its folder, so it gets a copy."""
        match self.command:
            case "bru":
                return FOLDER / "opencollection" / run.slug
            case "tc":
                return Path(shutil.copytree(FOLDER / "thunder-client", run.folder / "thunder", dirs_exist_ok=True))
        return run.folder


PROGRAMS: Final = (
    Program(package=Package(name="newman", release="6.2.2"), command="newman"),
    Program(package=Package(name="@usebruno/cli", release="4.1.0"), command="bru"),
    Program(package=Package(name="@thunderclient/cli", release="1.27.9"), command="tc"),
)


@contextmanager
def emulator(folder: Path) -> Iterator[dict[str, Any]]:
    """Run an emulator over TLS, and yield what it printed."""
    line = [sys.executable, "-m", "bimmerhub", "--data-dir", str(folder / "emulator"), "emulator", "--https"]
    options = ["--http-port", "0", "--mqtt-port", "0", "--lenient", "--demo", "--json"]
    with subprocess.Popen([*line, *options], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            yield json.loads(next(iter(process.stdout or ()), "{}"))
        finally:
            process.send_signal(signal.SIGINT)


def variables(info: Mapping[str, Any], region: str, captcha: str) -> dict[str, str]:
    """Return what a run sets: the emulator's account, and a captcha that was not used before."""
    storefront = info["families"]["inventory"]
    return {
        "serverUrl": info["https_url"],
        "region": region,
        "cardataClientId": info["client_id"],
        "email": info["user"],
        "password": info["password"],
        "vin": info["vehicles"][0]["vin"],
        "captchaToken": captcha,
        "ocp-apim-subscription-key": "Authenticate",
        "apiKey": "any",
        "allowChanges": "yes",
        "storefrontUsername": storefront["client_id"],
        "storefrontPassword": storefront["client_secret"],
    }


def run_program(program: Program, command: Path, run: Run) -> bool:
    """Run a collection with a program, print what came of it, and return whether all went well."""
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 - of PROGRAMS
        [str(command), *program.line(run)],
        cwd=program.folder(run),
        env={"PATH": os.environ["PATH"], "HOME": str(run.folder), "NODE_EXTRA_CA_CERTS": run.ca_file},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    is_good = done.returncode == 0
    words = "passed" if is_good else "FAILED"
    region = run.variables["region"]
    print(f"{program.package}: {run.slug}, {region}: {words}, {time.monotonic() - begun:.0f} s")
    if not is_good:
        print("\n".join((done.stdout + done.stderr).splitlines()[-FAILED_LINES:]))
    return is_good


def regions_of(collection: Collection) -> tuple[str, ...]:
    """Return the regions to run a collection in: one, for a collection that knows none."""
    return REGIONS if any(variable.name == "region" for variable in collection.variables) else REGIONS[:1]


def run_all(program: Program) -> int:
    """Run every collection with a program and an emulator of its own; return how many runs failed."""
    modules = program.package.install()
    if modules is None:
        print(f"{program.package}: cannot be had from its registry, not run")
        return 0
    failures = 0
    with tempfile.TemporaryDirectory() as temporary, emulator(Path(temporary)) as info:
        for slug, collection in load_collections().items():
            for region in regions_of(collection):
                run = Run(
                    slug=slug,
                    collection=collection,
                    variables=variables(info, region, f"{slug}-{region}"),
                    ca_file=info["ca_file"],
                    folder=Path(temporary),
                )
                failures += not run_program(program, modules / ".bin" / program.command, run)
    return failures


def main() -> int:
    """Run all programs at once, for each waits most of the time; return how many runs failed."""
    with ThreadPoolExecutor(len(PROGRAMS)) as pool:
        return sum(pool.map(run_all, PROGRAMS))


if __name__ == "__main__":
    sys.exit(main())
