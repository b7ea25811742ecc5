"""The index of the descriptions: in its format, and every link in it leads on, from whoever serves it."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema_rs
import pytest
import yaml
from tests.web.conftest import open_site
from yarl import URL

from bimmerhub.cli import main
from bimmerhub.specs.reader import ADDRESS, list_specs, read_spec
from bimmerhub.web.markdown import page_of, render_markdown
from bimmerhub.web.routes.specs import INDEX_PATHS, build_specs_app
from bimmerhub.web.server import serve

FORMAT = yaml.safe_load(Path(__file__).with_name("apis_json.yaml").read_text("utf-8"))
OFFICIAL = ["BMW CarData Customer API", "BMW CarData Streaming API", "BMW CarData Third-Party API"]
SERVED_ABOVE = {"apis.yml", "llms.txt"}
LINK = re.compile(r'(?:href="|\]\(|"(?:url|image)": "|url: )(?P<url>[^\s")]+)')
PATTERN = re.compile(r'"pattern": ".*"')
"""A regular expression in a schema, parts of which look like Markdown's links."""


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async with serve(build_specs_app(), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


def test_index_is_in_the_format_of_indexes() -> None:
    index = json.loads(read_spec("apis.json"))
    assert list(jsonschema_rs.Draft202012Validator(FORMAT, validate_formats=True).iter_errors(index)) == []
    assert yaml.safe_load(read_spec("apis.yml")) == index
    assert [api["name"] for api in index["apis"]][:3] == OFFICIAL


def test_index_says_what_a_developer_looks_for() -> None:
    index = json.loads(read_spec("apis.json"))
    kinds = {link["type"] for part in (index["common"], *(api["properties"] for api in index["apis"])) for link in part}
    wanted = (
        "OpenAPI JSONSchema PostmanCollection Authentication RateLimits ErrorCodes GettingStarted Documentation "
        "SDKs ChangeLog Versioning MockRestServer LlmsText ApiExamples Security PrivacyPolicy TermsOfService"
    )
    assert set(wanted.split()) <= kinds


async def test_all_that_the_index_leads_to_is_there(address: str) -> None:
    """From the first page on, link by link, with the server's own address in each."""
    seen: dict[str, str] = {}
    waiting = [f"{address}{path}" for path in (*INDEX_PATHS, "/")]
    async with aiohttp.ClientSession() as session:
        while waiting:
            url = waiting.pop()
            async with session.get(url) as answer:
                seen[url] = await answer.text()
                assert answer.status == 200, url
            assert ADDRESS not in seen[url]
            links = {answer.url.join(URL(link)) for link in links_of(seen[url])}
            waiting += [str(link) for link in links if str(link).startswith(address) and str(link) not in seen]
            waiting = list(dict.fromkeys(waiting))
    served = {url.removeprefix(f"{address}/spec/") for url in seen}
    assert {spec.path for spec in list_specs() if spec.kind != "index"} <= served


async def test_guide_leads_to_nothing_of_ours_elsewhere(address: str) -> None:
    """What the project has a page about is served too: the guide is whole without the internet."""
    pages = [spec.path for spec in list_specs() if spec.kind in {"guide", "index"} and not spec.path.endswith(".json")]
    async with aiohttp.ClientSession() as session:
        for path in pages:
            async with session.get(f"{address}/{path}" if path in SERVED_ABOVE else f"{address}/spec/{path}") as answer:
                assert "github.com/bimmerhub/bimmerhub/blob" not in await answer.text(), path


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (BROWSER, True),
        ("*/*", False),
        ("", False),
        ("text/markdown, text/html;q=0.5", False),
        ("text/html;q=0", False),
        ("text/html;q=x", False),
    ],
)
async def test_guide_is_a_page_for_a_browser_and_itself_for_others(address: str, accept: str, *, is_page: bool) -> None:
    url = f"{address}/spec/guide/overview.md"
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers={"Accept": accept}) as answer,
        session.head(url, headers={"Accept": accept}) as head,
    ):
        text = await answer.text()
        assert answer.content_type == ("text/html" if is_page else "text/markdown")
        assert answer.headers["vary"] == head.headers["vary"] == "Accept"
        assert head.headers["content-length"] == str(len(text.encode()))
    assert ("<table>" in text, "| interface |" in text) == (is_page, not is_page)
    assert is_page or text.encode() == read_spec("guide/overview", address=address)


async def test_every_link_of_every_page_leads_to_its_anchor(address: str) -> None:
    """As a browser follows them, to the headings too."""
    pages: dict[str, str] = {}
    async with aiohttp.ClientSession(headers={"Accept": BROWSER}) as session:
        for spec in list_specs():
            if spec.path.endswith(".md"):
                async with session.get(f"{address}/spec/{spec.path}") as answer:
                    pages[f"{address}/spec/{spec.path}"] = await answer.text()
    assert len(pages) > 40
    for url, page in pages.items():
        for link in re.findall(r'href="([^"]+#[^"]+)"', page):
            leads_to = URL(url).join(URL(link))
            target = pages.get(str(leads_to.with_fragment(None)))
            assert target is None or f'id="{leads_to.fragment}"' in target, (url, link)


def test_markdown_with_html_in_it_is_shown_and_not_obeyed() -> None:
    shown = render_markdown("# A <script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>")
    assert "<script" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert "<title>&lt;b&gt;</title>" in page_of("", title="<b>")


@pytest.mark.parametrize("path", [*INDEX_PATHS, "/", "/spec", "/spec/openapi/cardata.json"])
async def test_checkers_of_links_may_ask_for_the_head(address: str, path: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(address + path) as full, session.head(full.url) as head:
        assert (head.status, head.headers["content-type"]) == (200, full.headers["content-type"])
        assert head.headers["content-length"] == str(len(await full.read()))


async def test_page_tells_its_files_apart(address: str) -> None:
    """Each has its heading and its path beside the title, for the index has one title in three forms."""
    async with aiohttp.ClientSession() as session, session.get(f"{address}/spec") as answer:
        page = await answer.text()
        assert page.startswith("<!doctype html>")
    assert re.findall("<h2>(.*?)</h2>", page)[:3] == ["Guide", "OpenAPI", "AsyncAPI"]
    rows = re.findall("<li>(.*?)</li>", page)
    assert len(rows) == len(set(rows)) == sum(spec.kind not in {"schema", "picture"} for spec in list_specs())
    assert all(f">{path}<" in page for path in ("apis.yml", "apis.json", "llms.txt"))


def links_of(text: str) -> Iterator[str]:
    for found in LINK.finditer(PATTERN.sub("", text)):
        if "{" not in found["url"] and "…" not in found["url"]:
            yield found["url"]


async def test_hub_serves_them_too(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        async with site.get("/.well-known/apis.json") as answer:
            index: dict[str, Any] = await answer.json(content_type=None)
            assert answer.status == 200
        assert index["url"].startswith("http://127.0.0.1:")
        async with site.get("/spec/openapi/hub.json") as answer, site.get("/api/openapi.json") as own:
            assert await answer.json(content_type=None) == await own.json()
        async with site.get("/spec/asyncapi/hub-events.json") as answer:
            [server] = (await answer.json(content_type=None))["servers"].values()
            assert server["host"] == site.address.removeprefix("http://")


async def test_links_begin_with_the_scheme_that_a_trusted_proxy_names(tmp_path: Path) -> None:
    sent = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "host": "car.example"}
    for proxies, address in ((("127.0.0.1",), "https://car.example"), ((), "http://car.example")):
        async with open_site(tmp_path / address[:5], trusted_proxies=proxies, allowed_hosts=["car.example"]) as site:
            site.credentials.tokens = {"read": "read"}
            headers = {**sent, "authorization": "Bearer read"}
            async with site.get("/apis.json", headers=headers) as answer:
                index = await answer.json(content_type=None)
                assert (index["url"], index["apis"][-1]["baseURL"]) == (f"{address}/apis.yml", address)
            async with site.get("/spec/asyncapi/hub-events.json", headers=headers) as answer:
                [server] = (await answer.json(content_type=None))["servers"].values()
                assert f"{server['protocol']}://{server['host']}" == address


async def test_interface_of_the_hub_is_where_a_hub_usually_answers(address: str) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{address}/spec/asyncapi/hub-events.json") as answer:
            assert (await answer.json(content_type=None))["servers"]["hub"]["host"] == "127.0.0.1:8080"
        async with session.get(f"{address}/apis.json") as answer:
            assert (await answer.json(content_type=None))["apis"][-1]["baseURL"] == "http://127.0.0.1:8080"


@pytest.mark.parametrize("path", ["openapi/nothing.json", "../reader.py", "%2e%2e/reader.py", "collections/source", ""])
async def test_what_is_no_description_is_not_served(address: str, path: str) -> None:
    url = URL(f"{address}/spec/{path}", encoded=True)
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 404
        assert (await answer.json())["error"]["kind"] == "not_found"


def test_command_lists_and_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    run(["spec", "list", "--json", "--all"])
    rows = json.loads(capsys.readouterr().out)
    assert [row["path"] for row in rows] == [spec.path for spec in list_specs()]
    run(["spec", "list"])
    assert "openapi/cardata" in capsys.readouterr().out
    run(["spec", "show", "openapi/cardata"])
    assert json.loads(capsys.readouterr().out)["info"]["title"] == "BMW CarData, customer API"


def test_command_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    run(["spec", "show", "openapi/nonsense"], code=1)
    assert "openapi/cardata" in capsys.readouterr().err
    run(["spec", "show", "overviw"], code=1)
    assert "Did you mean guide/overview?" in capsys.readouterr().err
    run(["spec", "show", "stream"], code=1)
    assert "Did you mean asyncapi/cardata-stream?" in capsys.readouterr().err


def test_exported_files_lie_where_links_look_for_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["spec", "export", str(tmp_path / "site"), "--address", "https://apis.example/bmw/"])
    text = (tmp_path / "site" / ".well-known" / "apis.json").read_text("utf-8")
    links = [link for link in links_of(text) if link.startswith("https://apis.example/bmw")]
    assert len(links) > 20
    assert [link for link in links if not (tmp_path / "site" / link[len("https://apis.example/bmw/") :]).exists()] == []
    run(["spec", "export", str(tmp_path / "site")], code=1)
    assert "not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address",
    ["", "apis.example", "http://", "http:///bmw", 'http://a"b', "http://a b", "http://a\nb", "https://a?x=1#"],
)
def test_nothing_is_exported_with_links_that_lead_nowhere(tmp_path: Path, address: str) -> None:
    run(["spec", "export", str(tmp_path / "site"), f"--address={address}"], code=1)
    assert not (tmp_path / "site").exists()


def test_folder_that_cannot_be_exported_to_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    run(["spec", "export", "x" * 300], code=1)
    assert "cannot be written" in capsys.readouterr().err


def run(line: list[str], *, code: int = 0) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line)
    assert (ended.value.code or 0) == code
