"""The port: a public read as a value, and whoever can answer it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from bimmerhub.cli.reads.stored import Stored

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Generic[T]):
    """One public read: its path and query below /api/v1, its shape, and the view that gives the same from a store."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    shape: type[T]
    view: "Callable[[Stored], Awaitable[T]]"


class Reads(Protocol):
    """Answers reads: a running hub, or a store."""

    async def read(self, wanted: Read[T]) -> T:
        """Return the answer; NotFound, ConfigError and StoreError as the view raises them."""
        ...

    async def now_ms(self) -> int:
        """Return the present time by the clock that the settings follow, in milliseconds UTC."""
        ...
