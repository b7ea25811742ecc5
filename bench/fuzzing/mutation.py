"""Documents with a few bytes changed, for every fuzzer."""

import random
from typing import Final

MOST_CHANGES: Final = 6
TOKENS: Final = (
    *("null", "true", "NaN", "-Infinity", "1e999", "9" * 30, "-0", '""', "[]", "{}", "[" * 50, '{"a":' * 50, "\\ud800"),
    *("\0", "\ufeff", "é", "-NA-", "INVALID", "ASN_isTrue", "miles", "%", "+00:00", "Z", "0001-01-01", "<!DOCTYPE a>"),
    *("&a;", "<dtc>", "</dtc>", "<![CDATA[", "]]>", "<!--", "&#x0;", '"value":', '"timestamp":', '"unit":', '"vin":'),
)


def mutated(rng: random.Random, document: bytes) -> bytes:
    """Return the document with some bytes changed, dropped, doubled or put in."""
    text = bytearray(document)
    for _ in range(rng.randint(1, MOST_CHANGES)):
        at = rng.randrange(len(text) + 1)
        until = min(len(text), at + rng.choice([0, 1, 1, 4, 30]))
        match rng.randrange(4):
            case 0:
                text[at:until] = rng.randbytes(until - at)
            case 1:
                del text[at:until]
            case 2:
                text[at:at] = text[at:until]
            case _:
                text[at:until] = rng.choice(TOKENS).encode("utf-8", "surrogatepass")
    return bytes(text)
