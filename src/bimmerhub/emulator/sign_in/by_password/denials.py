"""The refusals of the sign-in by password, in the words that users of the older programs reported."""

from collections.abc import Mapping

from bimmerhub.emulator.sign_in.oauth_refusals import SignInRefusal


class PasswordDenial(SignInRefusal):
    """A refusal in OAuth's form: `error` is its word."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(status, description)
        self.error = error

    def body(self) -> Mapping[str, object]:
        """Return error and description."""
        return {"error": self.error, "error_description": str(self)}


def wrong_password(*, status: int = 400) -> PasswordDenial:
    """Return the answer to a wrong user, password or region."""
    return PasswordDenial(status, "invalid_grant", "the authN circuit failed")


def invalid_client(*, status: int = 401) -> PasswordDenial:
    """Return the answer to a missing or unknown client."""
    return PasswordDenial(
        status,
        "invalid_client",
        "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported "
        "authentication method).",
    )


def login_failed() -> PasswordDenial:
    """Return the answer to the MyBMW app: wrong user or password, or a captcha that is missing or used."""
    return PasswordDenial(
        401,
        "invalid_client",
        "Client authentication failed (e.g., login failure, unknown client, no client authentication included, or "
        "unsupported authentication method).",
    )


def invalid_scope() -> PasswordDenial:
    """Return the answer to a scope that does not exist."""
    return PasswordDenial(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")


def client_disabled() -> PasswordDenial:
    """Return the answer of after 2021-08-05, when BMW switched the older programs' clients off."""
    return PasswordDenial(400, "client disabled", "provided clients are disabled")


def invalid_request(description: str) -> PasswordDenial:
    """Return the answer to something malformed."""
    return PasswordDenial(400, "invalid_request", description)


def dead_grant() -> PasswordDenial:
    """Return the answer to a code or refresh token that is used up, expired or unknown (inferred)."""
    return PasswordDenial(400, "invalid_grant", "The provided access grant is invalid, expired, or revoked.")
