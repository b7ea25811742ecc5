"""What BMW answered before, for a person who asks again: when it was, and what came.

That BMW answered is a document of its own (`domain.documents.ANSWERED`), for values and pictures are none.
"""

from collections.abc import Callable, Sequence

from bimmerhub.domain.documents import (
    ANSWERED,
    BASIC_DATA,
    CHARGING_PLACE,
    CHARGING_SESSION,
    MAPPING,
    TYRES,
    Document,
    Question,
    answered_key,
    answered_span,
)
from bimmerhub.hub.feeds.cardata.cardata_documents import GONE
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import LATEST_MS
from bimmerhub.views.ports.bmw import Asking


class StoredAnswers:
    """The stored answers of every account."""

    def __init__(
        self,
        documents: StoredDocuments,
        vehicles: StoredVehicles,
        images: CarImages,
        *,
        now_ms: Callable[[], int],
    ) -> None:
        self._documents = documents
        self._vehicles = vehicles
        self._images = images
        self._now_ms = now_ms

    async def answered_at_ms(
        self, asking: Asking, account: StoredAccount, containers: Sequence[str | None]
    ) -> int | None:
        """Return when BMW last answered this, None for never: the oldest of the answers where it takes several."""
        subject = asking.vin or account.owner
        if asking.question is Question.IMAGE and asking.vin is not None and self._images.is_wanted(asking.vin):
            return None  # a backup that was restored has the answers, not the pictures
        moments = list[int]()
        for container_id in containers:
            answered = await self._documents.document(subject, ANSWERED, answered_key(asking.question, container_id))
            if answered is None and asking.question is Question.IMAGE and asking.vin is not None:
                return self._images.saved_at_ms(asking.vin)  # it came before answers were noted
            if answered is None or answered.fetched_at_ms > self._now_ms() or not _covers(answered, asking):
                return None  # a stamp from the future is of a clock that was wrong
            moments.append(answered.fetched_at_ms)
        return min(moments, default=None)

    async def find(self, asking: Asking, account: StoredAccount) -> list[Document]:
        """Return the documents of an answer that was stored, none for values and pictures."""
        documents = self._documents
        match asking.question:
            case Question.MAPPINGS:
                cars = [car.vin for car in await self._vehicles.vehicles() if car.seen_by(account.id)]
                mappings = [await documents.document(vin, MAPPING, account.owner) for vin in cars]
                return [mapping for mapping in mappings if mapping is not None]
            case Question.BASIC_DATA | Question.TYRES:
                kind = BASIC_DATA if asking.question is Question.BASIC_DATA else TYRES
                return await documents.documents(asking.vin or "", kind)
            case Question.CHARGING_SETTINGS:
                places = await documents.documents(asking.vin or "", CHARGING_PLACE)
                return [place for place in places if place.body != GONE]
            case Question.CHARGING_HISTORY:
                sessions = await documents.documents(asking.vin or "", CHARGING_SESSION)
                begin_s, end_s = asking.from_ms // 1000, asking.to_ms // 1000
                return [one for one in reversed(sessions) if begin_s <= int(one.natural_key) < end_s]
            case _:  # values and pictures
                return []


def bodies_of(question: Question, documents: Sequence[Document]) -> list[str]:
    """Return stored documents in the form in which BMW answers."""
    joined = f"[{','.join(document.body for document in documents)}]"
    match question:
        case Question.BASIC_DATA | Question.TYRES:
            return [document.body for document in documents]
        case Question.MAPPINGS:
            return [joined]
        case Question.CHARGING_HISTORY | Question.CHARGING_SETTINGS:
            return [f'{{"data":{joined}}}']
        case _:  # values and pictures
            return []


def _covers(answered: Document, asking: Asking) -> bool:
    """Tell whether an answer was of the stretch that is asked for now; what is new since the answer does not count."""
    if asking.question is not Question.CHARGING_HISTORY:
        return True
    from_ms, to_ms = answered_span(answered) or (LATEST_MS, 0)
    return (
        from_ms // 1000 <= asking.from_ms // 1000 and min(asking.to_ms, answered.fetched_at_ms) // 1000 <= to_ms // 1000
    )
