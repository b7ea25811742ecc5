"""Where a sign-in sends the browser or the app."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from bimmerhub.emulator.sign_in.by_password.denials import invalid_request

MY_GARAGE_HOSTS = frozenset({"mygarage.bmwusa.com", "mygarage.miniusa.com"})


def read_redirect_uri(form: Mapping[str, str]) -> str:
    """Return the address that a form names; PasswordDenial for none, or one that no header can hold."""
    redirect_uri = form.get("redirect_uri", "")
    if not redirect_uri:
        raise invalid_request("Missing parameter, 'redirect_uri'")
    if not (redirect_uri.isascii() and redirect_uri.isprintable()):  # it becomes a header (our own refusal)
        raise invalid_request("Invalid parameter, 'redirect_uri'")
    return redirect_uri


def is_my_garage(redirect_uri: str) -> bool:
    """Tell whether somebody signs in to My Garage, which outlived the portal."""
    try:
        return urlsplit(redirect_uri).hostname in MY_GARAGE_HOSTS
    except ValueError:
        return False


def write_fragment(redirect_uri: str, form: Mapping[str, str], answer: Mapping[str, object], *, client_id: str) -> str:
    """Return an address with a token in its fragment.

    The portal has `state`, `access_token`, `token_type`, `expires_in`; My Garage begins with the token and ends with
    `client_id`.
    """
    state = {"state": form["state"]} if "state" in form else {}
    token, rest = {"access_token": answer["access_token"]}, {"token_type": "Bearer", "expires_in": answer["expires_in"]}
    if is_my_garage(redirect_uri):
        return f"{redirect_uri}#{urlencode({**token, **state, **rest, 'client_id': client_id})}"
    return f"{redirect_uri}#{urlencode({**state, **token, **rest})}"
