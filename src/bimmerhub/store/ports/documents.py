"""Documents, read back. They go in through `ReadingLog`, with the readings."""

from typing import Protocol

from bimmerhub.domain.documents import Document


class StoredDocuments(Protocol):
    """The documents of every subject; of each (subject, kind, natural key) the one that was fetched last."""

    async def document(self, subject: str, kind: str, natural_key: str = "") -> Document | None:
        """Return one document, None when there is none."""
        ...

    async def documents(self, subject: str, kind: str) -> list[Document]:
        """Return a subject's documents of one kind in order of their natural key."""
        ...
