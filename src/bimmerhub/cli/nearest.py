"""What a person may have meant by a word that nothing is called."""

import difflib
from collections.abc import Collection


def nearest(text: str, names: Collection[str]) -> str:
    """Return the name (there is one at least) that is most like the text: one that holds it first, in any case."""
    by_folded = {name.casefold(): name for name in names}
    folded = text.casefold()
    holding = next((name for name in by_folded if folded in name), None)
    return by_folded[holding or difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.0)[0]]
