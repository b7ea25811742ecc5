"""The answers of a family that is asked, read into the hub's words; every adapter reads its own by these."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec

from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReadings
from bimmerhub.bmw.car_commands.capabilities import Capability
from bimmerhub.bmw.car_commands.charging_profile import as_json
from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Source
from bimmerhub.errors import ConfigError, MalformedPayload
from bimmerhub.hub.feeds.families.family_client import FamilyAnswer
from bimmerhub.ids import Vin
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.views.ports.commands import ListedCapability

Decode = Callable[[bytes, AnswerStamp], FieldReadings]


class AnsweringRest(Protocol):
    """A family's calls, as far as its answers are read by them."""

    @property
    def server_time_ms(self) -> int | None:
        """BMW's clock in its newest answer, milliseconds UTC."""
        ...


class OpenFamily(Protocol):
    """The client of a family's SDK."""

    clock: Clock

    @property
    def rest(self) -> AnsweringRest:
        """Its calls."""
        ...


S = TypeVar("S", bound=OpenFamily)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind(Generic[S]):
    """How documents of one kind are asked for, and read; `check` fails for what is none.

    `readings` are what else the answer tells. `wrapper` is the key that BMW puts around the document, `key` the member
    that tells several of a car apart.
    """

    fetch: Callable[[S, Vin], Awaitable[bytes]]
    check: Callable[[bytes], object]
    readings: Decode | None = None
    wrapper: str | None = None
    key: str | None = None


class FamilyAnswers(Generic[S]):
    """Reads the answers about one car. `kinds` are the documents that its family has, `name` is what it is called."""

    def __init__(self, sdk: S, vin: Vin, *, source: Source, name: str, kinds: Mapping[str, DocumentKind[S]]) -> None:
        self._sdk = sdk
        self._vin = vin
        self._source = source
        self._name = name
        self._kinds = kinds

    def read_state(self, body: bytes, decode: Decode) -> FamilyAnswer:
        """Return what an answer about the car's state holds."""
        return self._answer(body, self._read(decode, body))

    async def fetch_document(self, kind: str) -> FamilyAnswer:
        """Ask for a document; ConfigError when the family has none of this kind. No document: BMW tells nothing."""
        how = self._kinds.get(kind)
        if how is None:
            raise ConfigError(f"{self._name} has no {kind[:40]!r}", hint=f"It has {', '.join(self._kinds)}.")
        body = await how.fetch(self._sdk, self._vin)
        try:
            how.check(body)
            document = self._document(kind, how, body)
        except MalformedPayload as error:
            return self._answer(body, FieldReadings(refused=(error,)))
        decoded = FieldReadings() if how.readings is None else self._read(how.readings, body)
        return self._answer(body, decoded, document)

    def _read(self, decode: Decode, body: bytes) -> FieldReadings:
        """Return the readings of a body; what cannot be read as a whole is among the refused."""
        stamp = AnswerStamp(
            vin=self._vin,
            received_at_ms=self._sdk.clock.now_ms(),
            server_time_ms=self._sdk.rest.server_time_ms,
        )
        try:
            return decode(body, stamp)
        except MalformedPayload as error:
            return FieldReadings(refused=(error,))

    def _answer(self, body: bytes, decoded: FieldReadings, document: Document | None = None) -> FamilyAnswer:
        return FamilyAnswer(
            body=body,
            readings=decoded.readings,
            refused=decoded.refused,
            documents=[] if document is None else [document],
            answered_at_ms=self._sdk.rest.server_time_ms,
        )

    def _document(self, kind: str, how: DocumentKind[S], body: bytes) -> Document | None:
        """Return the document in an answer without its wrapper; None where BMW has nothing to tell."""
        inner = as_json(body) if how.wrapper is None else _unwrapped(body, how.wrapper)
        natural_key = "" if how.key is None else _text_of(inner, how.key)
        if inner in {b"null", b"{}"} or natural_key is None:
            return None
        try:
            text = inner.decode()
        except UnicodeDecodeError as error:
            raise MalformedPayload(str(error)) from error
        return Document(
            subject=self._vin,
            kind=kind,
            natural_key=natural_key,
            body=text,
            source=self._source,
            fetched_at_ms=self._sdk.clock.now_ms(),
        )


def list_capabilities(
    entries: Mapping[CommandKind | str, Capability], *, notes: Mapping[CommandKind, str] | None = None
) -> list[ListedCapability]:
    """Return what a car's lists say of each command, without those of which they say nothing.

    `notes` are what has to be known of a command.
    """
    return [
        ListedCapability(
            name=entry.field,
            word=entry.word or "",
            command=kind if isinstance(kind, CommandKind) else None,
            is_able=entry.is_possible,
            note=(notes or {}).get(kind) if isinstance(kind, CommandKind) else None,
        )
        for kind, entry in entries.items()
        if entry.word is not None or entry.is_possible is not None
    ]


def _unwrapped(body: bytes, wrapper: str) -> bytes:
    """Return what is under the wrapper's key, with the members and their order as they came."""
    try:
        return bytes(msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get(wrapper, body))
    except NOT_JSON:  # a list without a wrapper, as the check before let through
        return body


def _text_of(inner: bytes, member: str) -> str | None:
    try:
        text = msgspec.json.decode(inner, type=dict[str, object]).get(member)
    except NOT_JSON:
        return None
    return text if isinstance(text, str) else None
