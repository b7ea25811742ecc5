"""What a provider can do about an error: the hints of an owner's own program lead elsewhere."""

from bimmerhub.bmw.cardata.provider.held_owner import UNKNOWN_CLIENT
from bimmerhub.bmw.cardata.service_scopes import MISSING_SCOPE
from bimmerhub.bmw.tokens.session_end import SessionEnded
from bimmerhub.errors import BimmerhubError, BmwRefused, SignInRequired

INVITE_AGAIN = "Invite the owner again: bimmerhub provider invite LABEL"


def with_provider_hint(error: BimmerhubError) -> BimmerhubError:
    """Return an error that one owner gave, with a hint for the provider where its own is for the owner."""
    match error:
        case SessionEnded(code=code) if code == UNKNOWN_CLIENT:
            error.hint = "Check client_id in [provider]. Nothing says that the owner withdrew."
        case SignInRequired():
            error.hint = f"Try again later. If it stays so: {INVITE_AGAIN}"
        case BmwRefused(code=code) if code == MISSING_SCOPE:
            error.hint = f"Subscribe the provider's client to the service. {INVITE_AGAIN}"
    return error
