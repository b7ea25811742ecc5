"""The API gateway before BMW's services, when it answers in their place."""

from starlette.responses import HTMLResponse

_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def bad_gateway() -> HTMLResponse:
    """Return an answer that is no JSON. That BMW's gateway gives such ones is inferred."""
    return HTMLResponse(_PAGE, status_code=502)
