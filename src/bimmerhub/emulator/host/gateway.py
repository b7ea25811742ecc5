"""The API gateway before BMW's services, when it answers in their place."""

from starlette.responses import HTMLResponse, JSONResponse

_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def bad_gateway() -> HTMLResponse:
    """Return an answer that is no JSON. That BMW's gateway gives such ones is inferred."""
    return HTMLResponse(_PAGE, status_code=502)


def rate_limited(seconds: float) -> JSONResponse:
    """Return the answer to who asks too often, in the gateway's words (reported by users 2022-2025)."""
    words = f"Rate limit is exceeded. Try again in {round(seconds)} seconds."
    return JSONResponse({"statusCode": 429, "message": words}, status_code=429)
