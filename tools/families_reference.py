"""Write the tables of docs/reference/families.md from facts, SDK and tests: python -m tools.families_reference.

A test fails when the page is stale.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tools.families.facts import IREMOTE, EndpointFacts
from tools.families.proof import proof_of
from tools.families.rows import descriptor_of, read_attributes, signals_of

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "families.md"
BEGIN = "<!-- The tables are written by: python -m tools.families_reference -->\n"
END = "<!-- The end of the tables. -->\n"
_HEAD = (
    "| field | attribute | type | unit | descriptor | feeds | known words | follows in the tests |",
    "|---|---|---|---|---|---|---|---|",
)


def render(page: str) -> str:
    """Return the page with the tables as they must be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN.rstrip(), *_lines(), END + after])


def _lines() -> Iterator[str]:
    yield from _figures()
    for facts in IREMOTE:
        yield f"\n### {facts.name}\n\n`{facts.request}`, in `{facts.prefix.rstrip('.') or 'the answer itself'}`\n"
        yield from _HEAD
        yield from (_row(facts, field) for field in facts.fields)


def _figures() -> Iterator[str]:
    fields = [(facts, field) for facts in IREMOTE for field in facts.fields]
    read = sum(field in read_attributes(facts.name) for facts, field in fields)
    proofs = [proof_of(facts, field) for facts, field in fields]
    words = sum(len(words) for facts in IREMOTE for words in facts.words.values())
    yield (
        f"{len(fields)} fields of {len(IREMOTE)} answers are known, with {words} words; the SDK reads {read} of them. "
        f"{sum(bool(proof) for proof in proofs)} follow the truth of a simulated car in the tests; the others have the "
        "same value for every car at the emulator."
    )


def _row(facts: EndpointFacts, field: str) -> str:
    attribute = read_attributes(facts.name).get(field)
    descriptor = descriptor_of(facts, field)
    words = " ".join(f"`{word}`" for word in facts.words.get(field, ()))
    cells = [
        f"`{field}`",
        "not read" if attribute is None else f"`{attribute.path}`",
        "" if attribute is None else attribute.kind,
        "" if attribute is None else attribute.unit,
        f"`{descriptor}`" if descriptor else "",
        signals_of(facts, field),
        words,
        proof_of(facts, field),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page and say so."""
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{PAGE}: written\n")


if __name__ == "__main__":
    main()
