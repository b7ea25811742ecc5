"""Documents, read back. They go in through `ReadingLog`, with the readings."""

from typing import Protocol

from bimmerhub.domain.documents import Document


class StoredDocuments(Protocol):
    """The documents of every subject. The newest of a (subject, kind, natural key) is the one that was fetched last.

    One that was fetched while the clock was ahead is put before the next one that comes from BMW.
    """

    async def document(self, subject: str, kind: str, natural_key: str = "") -> Document | None:
        """Return the newest of one document, None when there is none."""
        ...

    async def documents(self, subject: str, kind: str) -> list[Document]:
        """Return the newest of each of a subject's documents of one kind, in order of their natural key."""
        ...

    async def versions(self, subject: str, kind: str, natural_key: str | None = None) -> list[Document]:
        """Return all that is kept of a kind (of one document): in order of natural key, then of when it was fetched.

        Of fetched bodies in a row that are the same there are the first and the last.
        """
        ...
