"""What the clients of all families do alike: open what they need, read an answer, choose one car of the account."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol, Self, TypeVar

from bimmerhub.bmw.clock import Clock, SystemClock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.bmw.tokens.token_file import TokenFile
from bimmerhub.bmw.tokens.token_set import TokenStore
from bimmerhub.errors import BmwUnavailable, ConfigError, MalformedPayload
from bimmerhub.ids import Vin, mask_vin


class AccountClient(ABC):
    """A family's client for one account; use as `async with`, which closes what it opened: a session, a token file.

    A session from outside stays open. `clock` is the machine's unless another one is given.
    """

    def __init__(self, *, tokens: TokenStore, session: Session | None, clock: Clock | None) -> None:
        self.clock: Clock = clock or SystemClock()
        self._store = tokens
        self._session = session
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if isinstance(self._store, TokenFile):
            self._stack.callback(self._store.close)
        session = self._session
        if session is None:
            session = await self._stack.enter_async_context(open_session())
        self._open(session)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @abstractmethod
    def _open(self, session: Session) -> None:
        """Make what sends its requests by the session."""


class _Listing(Protocol):
    @property
    def model(self) -> str | None: ...


class _Car(Protocol):
    @property
    def vin(self) -> Vin: ...

    @property
    def info(self) -> _Listing: ...


C = TypeVar("C", bound=_Car)
T = TypeVar("T")


def choose_car(cars: Sequence[C], vin: Vin | None) -> C:
    """Return the car of that VIN; without a VIN the only one.

    ConfigError when there is none, or when several are there to choose from; they are named by their last four.
    """
    chosen = [car for car in cars if vin in (None, car.vin)]
    if len(chosen) == 1:
        return chosen[0]
    ends = ", ".join(f"{mask_vin(car.vin)} ({car.info.model or '?'})" for car in cars)
    raise ConfigError(
        "the account has no such car" if vin is not None else f"the account has {len(cars)} cars, which one?",
        hint=f"Its cars are: {ends}" if ends else "The account has no car.",
    )


def read_answer(decode: Callable[[bytes], T], body: bytes, operation: str) -> T:
    """Return what a body holds; BmwUnavailable when it is not what BMW sends, for that is a fault that passes."""
    try:
        return decode(body)
    except MalformedPayload as error:
        raise BmwUnavailable(f"{operation}: BMW's answer cannot be read: {error}") from error
