"""Routes: whether the database is sound, and what became of its damages."""

from fastapi import APIRouter
from starlette.responses import Response

from bimmerhub.views.stored import damages as views
from bimmerhub.views.stored.damages import SoundnessAnswer
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, Ports, WhoAsks

router = APIRouter(prefix="/database", tags=["hub"])


@router.get("", **answer_of(SoundnessAnswer))
async def show_soundness(ports: Ports, viewer: Caller) -> Response:
    """Return what the newest check of the database found, and every damage: what was saved, and what is lost."""
    return json_answer(await views.view_soundness(viewer, ports.soundness, ports.database_checks.newest()))


@router.post("/check", **answer_of(SoundnessAnswer))
async def check(ports: Ports, viewer: Caller, asker: WhoAsks) -> Response:
    """Check all of the database now. A damaged one is set aside, and the hub goes on with its readable rows.

    Takes about 10 s for each GB; nothing waits for it.
    """
    async with ports.acts.noting(asker, "database_checked"):
        return json_answer(await views.check_database(viewer, ports.soundness, ports.database_checks))


@router.post("/clearing", **answer_of(SoundnessAnswer))
async def clear(ports: Ports, viewer: Caller, asker: WhoAsks) -> Response:
    """Remove the damaged databases that were set aside, for good; what was found and lost stays listed."""
    async with ports.acts.noting(asker, "damaged_files_removed"):
        return json_answer(await views.clear_set_aside(viewer, ports.soundness, ports.database_checks))


@router.post("/acknowledgement", **answer_of(SoundnessAnswer))
async def acknowledge(ports: Ports, viewer: Caller, asker: WhoAsks) -> Response:
    """Take note of all damages: health does not tell of them any more. The files that were set aside stay."""
    async with ports.acts.noting(asker, "damage_acknowledged"):
        return json_answer(await views.acknowledge_damages(viewer, ports.soundness, ports.database_checks))
