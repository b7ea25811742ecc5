"""The answers of BMW's sign-in that give neither a code nor tokens.

Statuses and error words: BMW swagger, and observed by clients 2025-2026 where the swagger is silent.
"""

import uuid
from collections.abc import Mapping

from bimmerhub.errors import BimmerhubError


class SignInRefusal(BimmerhubError):
    """An answer of `status` that is not 200, with a JSON `body`."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status

    def body(self) -> Mapping[str, object]:
        """Return the JSON object of the answer."""
        raise NotImplementedError


class OauthDenial(SignInRefusal):
    """A refusal in OAuth's form: `error` is its word."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(status, description)
        self.error = error

    def body(self) -> Mapping[str, object]:
        """Return error and description, with the `correlation-id` that BMW may add (BMW swagger)."""
        return {"error": self.error, "error_description": str(self), "correlation-id": str(uuid.uuid4())}


class GatewayFault(SignInRefusal):
    """The 500 of the gateway when the services of a client are not known everywhere yet; it burns the device code.

    It comes right after the approval, and the next poll is access_denied (users 2025-2026).
    """

    def __init__(self) -> None:
        super().__init__(500, "Invalid Access Token")

    def body(self) -> Mapping[str, object]:
        """Return the gateway's own form of an error, which is not OAuth's."""
        return {
            "fault": {
                "faultstring": str(self),
                "detail": {"errorcode": "keymanagement.service.invalid_access_token"},
            }
        }


def invalid_request(description: str) -> OauthDenial:
    """Return the answer to something malformed, or to a client that is unknown or has no service."""
    return OauthDenial(400, "invalid_request", description)


def malformed_request() -> OauthDenial:
    """Return the answer to a refresh token that is dead or was used before, in BMW's standard words.

    Every report of 2025-2026 has it so (dj0abr#4 #14 #25, kvanbiesen/bmw-cardata-ha#381, ioBroker.bmw#194).
    """
    return invalid_request(
        "The request is missing a required parameter, includes an unsupported parameter value (other than grant type), "
        "repeats a parameter, includes multiple credentials, utilizes more than one mechanism for authenticating the "
        "client, or is otherwise malformed."
    )


def invalid_grant() -> OauthDenial:
    """Return the answer to a code or token that is used up, dead or somebody else's."""
    return OauthDenial(400, "invalid_grant", "The provided access grant is invalid, expired, or revoked.")


def access_denied() -> OauthDenial:
    """Return the answer once a person declined, and whenever BMW treats a code as declined."""
    return OauthDenial(403, "access_denied", "The user has declined authorization")
