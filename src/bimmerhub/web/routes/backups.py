"""Routes: the backups that the hub makes by itself."""

from fastapi import APIRouter
from starlette.responses import Response

from bimmerhub.views.stored import backups as views
from bimmerhub.views.stored.backups import BackupsAnswer
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, Ports, WhoAsks

router = APIRouter(prefix="/backups", tags=["hub"])


@router.get("", **answer_of(BackupsAnswer))
async def list_backups(ports: Ports, viewer: Caller) -> Response:
    """Return the backups that the hub made and that are still there, and how they stand. No disk is asked for that."""
    return json_answer(await views.view_backups(viewer, ports.backups))


@router.post("", **answer_of(BackupsAnswer))
async def make_backup(ports: Ports, viewer: Caller, asker: WhoAsks) -> Response:
    """Have a backup made now, in every place that the settings name; it is under way when this answers.

    What came of it is in the list, once `is_under_way` is false.
    """
    async with ports.acts.noting(asker, "backup_begun"):
        return json_answer(await views.make_backup_now(viewer, ports.backups))
