"""Write the tables of docs/reference/signals.md from the signals: python -m tools.signals_reference.

A test fails when the page is stale.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from bimmerhub.domain.signals.composites import COMPOSITES
from bimmerhub.domain.signals.freshness import ACTIVITY_OF
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.table import SIGNALS

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "signals.md"
BEGIN = "<!-- The tables are written by: python -m tools.signals_reference -->\n"
END = "<!-- The end of the tables. -->\n"


def render(page: str) -> str:
    """Return the page with the tables as they must be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN.rstrip(), *_lines(), END + after])


def _lines() -> Iterator[str]:
    yield "| signal | unit | what it says | fed by, best first (without `vehicle.`) | ages as |"
    yield "|---|---|---|---|---|"
    for signal in SIGNALS:
        yield _row(signal.name, signal.unit, signal.meaning, _descriptors(signal))
    for composite in COMPOSITES:
        parts = ", ".join(f"`{part}`" for part in composite.parts)
        yield _row(composite.name, composite.unit, composite.meaning, f"follows from {parts}")


def _row(name: str, unit: str | None, meaning: str, source: str) -> str:
    activity = ACTIVITY_OF.get(name)
    return f"| `{name}` | {unit or ''} | {meaning} | {source} | {'' if activity is None else activity.name} |"


def _descriptors(signal: Signal) -> str:
    """Return the groups in order of trust; inside one the newest value wins."""
    groups = (" or ".join(f"`{key.removeprefix('vehicle.')}`" for key in group) for group in signal.groups)
    return ", then ".join(groups)


def main() -> None:
    """Write the page and say so."""
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{PAGE}: written\n")


if __name__ == "__main__":
    main()
