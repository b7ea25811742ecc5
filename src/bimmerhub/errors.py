"""Every public exception, branched by what the caller does next.

Each one carries `hint`: what a person can do about it. Messages never hold a token, and show a VIN by its last four.
"""

from datetime import datetime


class BimmerhubError(Exception):
    """Root of every exception that bimmerhub raises on purpose."""

    hint: str | None = None

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class SignInRequired(BimmerhubError):
    """No usable token is left; only a person can sign in again."""

    hint = "Sign in again: bimmerhub login"


class QuotaSpent(BimmerhubError):
    """The REST calls that BMW allows an account per day are used up; wait until `resets_at` (aware, UTC)."""

    hint = "Wait for the reset; the stream goes on without REST calls."

    def __init__(self, message: str, *, resets_at: datetime, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.resets_at = resets_at


class RateLimited(BimmerhubError):
    """Too many attempts in a short time; wait `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: float, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class HubBusy(RateLimited):
    """This hub has too much to do at present, for this client or in all; wait `retry_after_s` seconds."""

    hint = "Try again in some seconds."


class BmwUnavailable(BimmerhubError):
    """BMW did not answer, or answered with a fault of its own; trying again later is right.

    `fault_code` is BMW's own (`CU-503`), `status` the HTTP status; both are None when there was no answer.
    """

    hint = "Check this machine's network; if that is fine, BMW is out of order: try again later."

    def __init__(
        self, message: str, *, fault_code: str | None = None, status: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.fault_code = fault_code
        self.status = status


class BmwRefused(BimmerhubError):
    """BMW understood and said no; the same request again gives the same answer.

    `code` is BMW's own (`CU-104`, `access_denied`, `mqtt-128`), None when it gave none; `status` is the HTTP status;
    `note` is what BMW adds in words of its own, which may name what it does not like.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None,
        status: int | None = None,
        note: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.status = status
        self.note = note


class MalformedPayload(BimmerhubError):
    """Bytes that are not what BMW sends; they are kept in quarantine.

    `descriptor` names the row when only one row of a message is refused.
    """

    def __init__(self, message: str, *, descriptor: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.descriptor = descriptor


class ConfigError(BimmerhubError):
    """A setting, an argument or the environment is wrong; mend it and start again."""


class StoreError(BimmerhubError):
    """The data directory or the database cannot be used as it is."""


class StoreDamaged(StoreError):
    """The database is damaged: what was asked for cannot be read or written until its readable rows are saved."""

    hint = "A running hub saves what is readable by itself; without one, start it: bimmerhub run"


class NotFound(BimmerhubError):
    """What was asked for does not exist here, or the caller may not know that it does."""


class ProgramFault(BimmerhubError):
    """An error of this program itself stopped some work; the log has it. The message is the kind of that error."""

    hint = "Report it: bimmerhub report"
