from tools.families.facts import IREMOTE
from tools.families.proof import BESIDE_TOUCHES
from tools.families.rows import read_attributes
from tools.families.truth import BEV_TOUCHES, PHEV_TOUCHES
from tools.families_reference import PAGE, render

FIELDS = {f"{facts.name}.{field}" for facts in IREMOTE for field in facts.fields}


def test_the_page_is_what_facts_and_sdk_say() -> None:
    page = PAGE.read_text("utf-8")
    assert page == render(page), "run: python -m tools.families_reference"


def test_the_sdk_reads_every_field_that_is_a_fact() -> None:
    assert {f"{facts.name}.{field}" for facts in IREMOTE for field in read_attributes(facts.name)} >= FIELDS


def test_proofs_are_of_fields() -> None:
    assert BESIDE_TOUCHES.keys() <= FIELDS
    moved = {field for touch in (*BEV_TOUCHES, *PHEV_TOUCHES) for field in touch.moves}
    assert moved <= FIELDS


def test_words_are_of_fields() -> None:
    assert {f"{facts.name}.{field}" for facts in IREMOTE for field in facts.words} <= FIELDS
