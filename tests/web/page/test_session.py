"""How the page comes in: its own module, run by node as a browser would, against the real application."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import Site

BROWSER = """
const stored = new Map();
globalThis.localStorage = {
  getItem: (name) => stored.get(name) ?? null,
  setItem: (name, value) => stored.set(name, value),
};
globalThis.location = { hash: HASH, pathname: '/', search: '' };
const shown = [];
globalThis.history = { replaceState: (state, title, address) => shown.push(address) };
const real = globalThis.fetch;
let cookie = '';
globalThis.fetch = async (path, options = {}) => {
  const headers = { ...options.headers, origin: HUB, ...(cookie ? { cookie } : {}) };
  const answer = await real(HUB + path, { ...options, headers });
  cookie = (answer.headers.get('set-cookie') ?? cookie).split(';')[0];
  return answer;
};
const { comeIn, loadAccess, send } = await import('./session.js');
const refused = await comeIn();
const access = await loadAccess();
const answer = send('/api/v1/accounts/home/sign-in', 'POST', { client_id: 'c' });
const sent = await answer.then(({ status }) => status, ({ message }) => message);
console.log(JSON.stringify({ refused, access, sent, shown }));
"""


async def open_page(site: "Site", folder: Path, hash_: str) -> Any:
    """Return what became of the page when it was opened at an address that ends so."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    async with site.get("/static/session.js") as answer:
        (folder / "session.js").write_bytes(await answer.read())
    (folder / "package.json").write_text('{"type": "module"}')
    program = BROWSER.replace("HASH", json.dumps(hash_)).replace("HUB", json.dumps(site.address))
    words = (node, "--input-type=module", "--eval", program)
    process = await asyncio.create_subprocess_exec(*words, cwd=folder, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(20):
        printed, _ = await process.communicate()
    return json.loads(printed)


async def make_key(site: "Site") -> str:
    async with site.post("/api/v1/access/link", headers={"authorization": "Bearer local"}) as answer:
        return str((await answer.json())["key"])


async def test_a_link_opens_the_page_once_and_leaves_no_key_in_the_address(site: "Site", tmp_path: Path) -> None:
    link = f"#key={await make_key(site)}"
    opened = await open_page(site, tmp_path, link)
    assert (opened["refused"], opened["sent"], opened["shown"]) == (None, 200, ["/"])
    assert opened["access"]["may_command"]
    again = await open_page(site, tmp_path, link)
    assert "used already" in again["refused"]
    assert again["shown"] == ["/"]


async def test_without_a_link_the_page_is_read_only_and_asks_for_nothing_that_is_refused(
    site: "Site", tmp_path: Path
) -> None:
    for hash_ in ("", "#", "#cars", "#key=", "#page="):
        opened = await open_page(site, tmp_path, hash_)
        assert not opened["access"]["may_change"]
        assert "bimmerhub open" in opened["sent"]
    assert await site.store.audit.audit(limit=9) == []


async def test_a_proof_that_somebody_made_up_opens_nothing(site: "Site", tmp_path: Path) -> None:
    opened = await open_page(site, tmp_path, "#page=guessed")
    assert opened["shown"] == ["/"]
    assert not opened["access"]["may_change"]
