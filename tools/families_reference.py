"""Write the tables of docs/reference/families.md from facts, SDK and tests: python -m tools.families_reference.

A test fails when the page is stale.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.families.american_facts import MY_GARAGE, NOT_READ, STOCK, AnswerFields
from tools.families.american_truth import GARAGE_TOUCHES, STOCK_TOUCHES, american_proof_of
from tools.families.app_requests import APP_REQUESTS
from tools.families.endpoint_facts import EndpointFacts
from tools.families.facts import FACTS, MYBMW
from tools.families.iremote_facts import IREMOTE
from tools.families.portal_facts import CONNECTEDDRIVE
from tools.families.proof import proof_of
from tools.families.requests import NOT_SENT, REQUESTS, RequestFacts
from tools.families.rows import Attribute, attribute_of, descriptor_of, signals_of
from tools.families.truth import Touch

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


_REQUEST_HEAD = ("| field | in the | known words | the SDK sends it by |", "|---|---|---|---|")


def _lines() -> Iterator[str]:
    yield from ("", _figures(FACTS))
    for title, answers in (("i Remote", IREMOTE), ("ConnectedDrive portal", CONNECTEDDRIVE), ("MyBMW app", MYBMW)):
        yield f"\n## {title}\n\n{_INTRODUCTIONS[title]}\n\n{_figures(answers)}"
        for facts in answers:
            place = "key and value" if facts.is_list_of_pairs else facts.prefix.rstrip(".") or "the answer itself"
            if facts.like:
                yield f"\n### {facts.name}\n\n`{facts.request}`, in `{place}`: {facts.like}."
                continue
            yield f"\n### {facts.name}\n\n`{facts.request}`, in `{place}`\n"
            yield from _HEAD
            yield from (_row(facts, field) for field in facts.fields)
        requests = [request for request in (*REQUESTS, *APP_REQUESTS) if request.family == answers[0].family]
        if requests:
            yield f"\n### Requests: {title}\n\n{_REQUESTS_INTRODUCTION}"
        for request in requests:
            yield from _request(request)
    yield from _american("My Garage", "mygarage", MY_GARAGE, GARAGE_TOUCHES)
    yield from _american("Dealers' stock", "inventory", STOCK, STOCK_TOUCHES)


_AMERICAN_INTRODUCTION = (
    "The SDK is `bimmerhub.bmw.{family}`. Nothing of it becomes a reading: commands and programs show it. The tests\n"
    "change one field at a time on its way from the emulator, and exactly its attribute changes; and one value of a\n"
    "simulated car at a time, and exactly its fields do. Sources: stored answers, notes and clients, 2021 to 2026."
)


def _american(title: str, family: str, tables: Sequence[AnswerFields], touches: tuple[Touch, ...]) -> Iterator[str]:
    read, total = sum(len(table.attributes) for table in tables), sum(len(table.fields) for table in tables)
    figures = f"{total} fields of {len(tables)} answers are known; the SDK reads {read} of them."
    yield f"\n## {title}\n\n{_AMERICAN_INTRODUCTION.format(family=family)}\n\n{figures}"
    for table in tables:
        place = f"`{table.prefix.rstrip('.')}`" if table.prefix else "the answer itself"
        yield f"\n### {title}: {table.name}\n\nThe operation `{table.operation}`, in {place}\n"
        yield from ("| field | attribute | unit | follows in the tests |", "|---|---|---|---|")
        for field, path in table.fields.items():
            is_read = path != NOT_READ
            unit = Attribute(path=path, kind="").unit if is_read else ""
            proof = american_proof_of(table, field, touches)
            yield f"| `{field}` | {f'`{path}`' if is_read else 'not read'} | {unit} | {proof} |"


_REQUESTS_INTRODUCTION = (
    "What requests take beside the car. The tests send each field and each word with the SDK and see it come through\n"
    "the emulator's door; what only other clients sent is sent without it."
)


def _request(request: RequestFacts) -> Iterator[str]:
    yield f"\n`{request.method} {request.path}`\n"
    yield from _REQUEST_HEAD
    for field in request.fields:
        words = " ".join(f"`{word}`" for word in field.words)
        sent_by = "not sent; other clients did" if field.sent_by == NOT_SENT else field.sent_by
        yield f"| `{field.path}` | {field.place} | {words} | {sent_by} |"


_INTRODUCTIONS = {
    "i Remote": (
        "The SDK is `bimmerhub.bmw.iremote`. Navigation and efficiency are answers of the portal's interface that\n"
        "i Remote's hosts gave too."
    ),
    "MyBMW app": (
        "The SDK is `bimmerhub.bmw.mybmw`. BMW tells doors and windows by left and right; descriptors and signals are\n"
        "here those of a car whose steering wheel is on the left. The first list (`vehicles-v1`) becomes the same\n"
        "readings as the newer `state`. The charging plan, a single session, trips, recalls, service demands and what\n"
        "the app asks for besides come as JSON: nobody has published such an answer. All that can be asked for stands\n"
        "in the table of operations (`bimmerhub.bmw.mybmw.operations`)."
    ),
    "ConnectedDrive portal": (
        "The SDK is `bimmerhub.bmw.connecteddrive`. Navigation, efficiency and charging profile are as i Remote's;\n"
        "their descriptors begin with `connecteddrive.navigation` and `connecteddrive.efficiency`. In `dynamic` every\n"
        "value is a text, and `raw` has each key as it came."
    ),
}


def _figures(answers: Sequence[EndpointFacts]) -> str:
    fields = [(facts, field) for facts in answers for field in facts.fields]
    read = sum(attribute_of(facts, field) is not None for facts, field in fields)
    follow = sum(bool(proof_of(facts, field)) for facts, field in fields)
    words = sum(len(words) for facts in answers for words in facts.words.values())
    return (
        f"{len(fields)} fields of {len(answers)} answers are known, with {words} words; the SDK reads {read} of them.\n"
        f"{follow} follow the truth of a simulated car in the tests; the others have the same value for every car at\n"
        "the emulator."
    )


def _row(facts: EndpointFacts, field: str) -> str:
    attribute, descriptor = attribute_of(facts, field), descriptor_of(facts, field)
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
