from tools.families.facts import FACTS
from tools.families.proof import BESIDE_TOUCHES, TOUCHES
from tools.families.rows import attribute_of
from tools.families_reference import PAGE, render

FIELDS = {f"{facts.name}.{field}" for facts in FACTS for field in facts.fields}


def test_the_page_is_what_facts_and_sdk_say() -> None:
    page = PAGE.read_text("utf-8")
    assert page == render(page), "run: python -m tools.families_reference"


def test_the_sdk_reads_every_field_that_is_a_fact() -> None:
    assert [field for facts in FACTS for field in facts.fields if attribute_of(facts, field) is None] == []


def test_proofs_are_of_fields() -> None:
    assert BESIDE_TOUCHES.keys() <= FIELDS
    assert {field for touches in TOUCHES.values() for touch in touches for field in touch.moves} <= FIELDS


def test_words_are_of_fields() -> None:
    assert {f"{facts.name}.{field}" for facts in FACTS for field in facts.words} <= FIELDS
