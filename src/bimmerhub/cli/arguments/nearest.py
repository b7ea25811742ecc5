"""What a person may have meant by a word that nothing is called."""

import difflib
from collections.abc import Collection

LEAST_LIKE = 0.5
"""How alike two words are at least, of 0 to 1, for the one to be a slip of the other."""


def nearest(text: str, names: Collection[str]) -> str | None:
    """Return the name that is most like the text: one that holds it first, in any case. None is like nothing else."""
    by_folded = {name.casefold(): name for name in names}
    folded = text.casefold()
    holding = next((name for name in by_folded if folded in name), None)
    near = [holding] if holding else difflib.get_close_matches(folded, by_folded, n=1, cutoff=LEAST_LIKE)
    return by_folded[near[0]] if near else None


def did_you_mean(text: str, names: Collection[str], *, otherwise: str = "") -> str:
    """Return the question whether the nearest name was meant, or what to do `otherwise` where none is like the text."""
    near = nearest(text, names)
    return otherwise if near is None else f"Did you mean {near}?"
