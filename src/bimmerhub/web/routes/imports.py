"""Route: a capture on its way into the store, with its progress on the way back."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.views.stored import imports as views
from bimmerhub.views.stored.imports import ImportAnswer
from bimmerhub.web.progress import NDJSON, ProgressResponse, progress_of
from bimmerhub.web.routes.context import Caller, Ports, WhoAsks

router = APIRouter(tags=["imports"])


@router.post(
    "/imports",
    **progress_of(ImportAnswer),
    openapi_extra={
        "requestBody": {"required": True, "content": {NDJSON: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def import_capture(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    request: Request,
    origin: Annotated[str, Query(min_length=1, max_length=255, description="the file's name")] = "upload",
) -> Response:
    """Store a capture (NDJSON, one message a line; also packed by gzip or zstd) or BMW's customer archive (a ZIP).

    What it is shows in its first bytes. The same capture again changes nothing.

    The body is taken no faster than it can be stored, and may be as long as it likes. Progress comes about once a
    second, while the body is still under way. A failure in mid-import ends the answer with a line `{"error": ...}`;
    what the lines before counted as new is stored.
    """
    await ports.acts.note(asker, "import_begun", details={"file": origin})
    return ProgressResponse(views.import_capture(viewer, ports.imports, request.stream(), origin=origin))
