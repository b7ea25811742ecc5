"""HTTP Basic: the pair in a request's Authorization."""

import base64
import binascii


def read_basic(authorization: str) -> tuple[str, str]:
    """Return name and password of the header Authorization; both empty when it is none of the kind, or damaged."""
    scheme, _, pair = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(pair.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, password
