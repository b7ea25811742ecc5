"""What msgspec raises for bytes that are no JSON of the wanted shape: three kinds, and each reader has to know all."""

from typing import Final

import msgspec

NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Malformed or of another shape; no UTF-8 inside a text; nested more deeply than the stack allows."""
