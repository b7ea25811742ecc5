"""The envelope of what My Garage forwards: how it went, errors, data (a stored answer)."""

from collections.abc import Mapping


def success(data: Mapping[str, object]) -> dict[str, object]:
    """Return the envelope of an answer."""
    return {
        "responseContent": {"responseCode": "200", "responseMessage": "SUCCESS"},
        "errorContent": {"anyErrors": False, "errors": []},
        "dataContent": dict(data),
    }


def failure(code: str, message: str) -> dict[str, object]:
    """Return the envelope of an error; the form of one error is invented."""
    return {
        "responseContent": {"responseCode": code, "responseMessage": "FAILURE"},
        "errorContent": {"anyErrors": True, "errors": [{"errorCode": code, "errorMessage": message}]},
        "dataContent": None,
    }
