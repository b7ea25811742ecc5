"""Routes: the descriptions of BMW's interfaces and of this hub's own, each link in them with this hub's address.

They are the same for everybody and hold nothing of anybody's, so they are open to whoever may speak to this hub.
"""

import asyncio
import html
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.specs.reader import HUB_ADDRESS, Kind, Spec, find_spec, list_specs, read_spec, title_of
from bimmerhub.web.access.host_gate import HostGate
from bimmerhub.web.markdown import page_of, prefers_page, render_markdown
from bimmerhub.web.problems import add_problem_handlers
from bimmerhub.web.routes import page

FOLDER_PATH: Final = "/spec"
INDEX_PATHS: Final = {
    "/.well-known/apis.json": "apis.json",
    "/apis.json": "apis.json",
    "/apis.yml": "apis.yml",
    "/llms.txt": "llms.txt",
}
"""Where an index is looked for, and the file that answers there."""
_RENDERING: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spec-pages")
"""The longest page takes 0.3 s to make: not on the event loop, which everything else waits for."""
_PAGES_KEPT: Final = 64
_METHODS: Final = ["GET", "HEAD"]
"""Whoever checks links asks with HEAD."""
_BEGIN: Final = (
    f'<p>Begin with <a href="{FOLDER_PATH}/guide/getting-started.md">From nothing to a first value</a>, '
    f'or with <a href="{FOLDER_PATH}/guide/overview.md">Which interface has what</a>.</p>'
)
_BELOW: Final = "<p>JSON Schemas are linked from these. Not affiliated with BMW AG.</p>"
_HEADINGS: Final[dict[Kind, str]] = {
    "guide": "Guide",
    "openapi": "OpenAPI",
    "asyncapi": "AsyncAPI",
    "collection": "Collections for Postman",
    "index": "Index",
    "rules": "Rules for Spectral",
    "document": "Documentation of bimmerhub",
}
"""Of the parts of the page, in their order. Schemas are too many, and a picture is no description."""

router = APIRouter(include_in_schema=False)


def build_specs_app() -> FastAPI:
    """Return an application that serves the descriptions and nothing else."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.hub_address = HUB_ADDRESS
    app.include_router(router)
    app.api_route("/", methods=_METHODS, include_in_schema=False)(list_files)
    app.get("/static/{name}", include_in_schema=False)(page.show_file)
    add_problem_handlers(app)
    app.add_middleware(HostGate)
    return app


async def _answer(request: Request, spec: Spec) -> Response:
    address = str(request.base_url).rstrip("/")
    hub_address = getattr(request.app.state, "hub_address", address)
    content = read_spec(spec.name, address=address, hub_address=hub_address)
    if not spec.path.endswith(".md"):
        return Response(content, media_type=spec.media_type)
    if prefers_page(request.headers.get("accept", "")):
        loop = asyncio.get_running_loop()
        page_text = await loop.run_in_executor(_RENDERING, _page_of, spec, content)
        return Response(page_text, media_type="text/html", headers={"Vary": "Accept"})
    return Response(content, media_type=spec.media_type, headers={"Vary": "Accept"})


@lru_cache(maxsize=_PAGES_KEPT)
def _page_of(spec: Spec, content: bytes) -> str:
    body = f'<p><a href="{FOLDER_PATH}">All descriptions</a></p>{render_markdown(content.decode())}'
    return page_of(body, title=title_of(spec))


def _index_of(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def show_index(request: Request) -> Response:
        return await _answer(request, find_spec(name))

    return show_index


for _path, _name in INDEX_PATHS.items():
    router.api_route(_path, methods=_METHODS)(_index_of(_name))


@router.api_route(FOLDER_PATH, methods=_METHODS)
async def list_files() -> Response:
    """Return a page that leads to every file."""
    parts = "".join(_list_part(kind, heading) for kind, heading in _HEADINGS.items())
    text = page_of(f"<h1>Descriptions</h1>{_BEGIN}{parts}{_BELOW}", title="Descriptions")
    return Response(text, media_type="text/html")


def _list_part(kind: Kind, heading: str) -> str:
    """Return the files of a kind as HTML: what each is about, and its name."""
    rows = "".join(
        f'<li><a href="{FOLDER_PATH}/{html.escape(spec.path)}">{html.escape(title_of(spec))}</a> '
        f'<span class="note">{html.escape(spec.path)}</span></li>'
        for spec in list_specs()
        if spec.kind == kind
    )
    return f'<h2>{heading}</h2><ul class="lines">{rows}</ul>'


@router.api_route(FOLDER_PATH + "/{path:path}", methods=_METHODS)
async def show_file(request: Request, path: str) -> Response:
    """Return one file."""
    return await _answer(request, find_spec(path))
