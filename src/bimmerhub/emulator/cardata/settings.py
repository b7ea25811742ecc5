"""The rules of CarData's REST API that can be changed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CarDataSettings:
    """Limits of an account; the defaults are those that BMW publishes and clients observed in 2025-2026.

    `quota_per_day` is the REST calls of one UTC day. `container_limit` counts deleted containers too, until they are
    purged after `container_purge_days`. `has_images` False makes every image CU-126.
    """

    quota_per_day: int = 50
    container_limit: int = 10
    container_purge_days: int = 29
    has_images: bool = True
