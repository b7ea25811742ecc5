"""The parts of a query that many reads have, by the names of the API."""

from bimmerhub.times import format_time


def span_query(from_ms: int, to_ms: int) -> dict[str, str]:
    """Return a span of time, given in milliseconds UTC."""
    return {"from": format_time(from_ms), "to": format_time(to_ms)}


def page_query(limit: int, after: str | None) -> dict[str, str]:
    """Return which page is wanted: `after` is the `next` of the page before, None for the first."""
    return {"limit": str(limit), **({} if after is None else {"after": after})}
