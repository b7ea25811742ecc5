"""The sign-in pages, driven as a browser without JavaScript would."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.ids import Gcid

if TYPE_CHECKING:
    from tests.emulator.conftest import Program


class Page(HTMLParser):
    """What a browser knows of a page: its text, and its form with the values in it."""

    def __init__(self, url: str, status: int, text: str) -> None:
        super().__init__()
        self.url, self.status, self.text = url, status, text
        self.action, self.fields, self.buttons = "", dict[str, str](), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert values["method"] == "post"
            self.action = urljoin(self.url, values["action"])
        elif tag == "input":
            self.fields[values["name"]] = values.get("value", "")
        elif tag == "button" and "value" in values:
            self.buttons.append(values["value"])


async def visit(program: "Program", path: str) -> Page:
    async with program.session.get(program.emulator.info.base_url + path) as response:
        return Page(str(response.url), response.status, await response.text())


async def submit(program: "Program", page: Page, **typed: str) -> Page:
    async with program.session.post(page.action, data={**page.fields, **typed}) as response:
        return Page(str(response.url), response.status, await response.text())


async def sign_in(program: "Program", user_code: str) -> Page:
    page = await submit(program, await visit(program, f"/oneid/link?user_code={user_code}"))
    info = program.emulator.info
    return await submit(program, page, user=info.user, password=info.password)


async def test_person_approves_in_three_pages(program: "Program") -> None:
    code = (await program.ask_code()).body
    consent = await sign_in(program, code["user_code"])
    assert consent.buttons == ["approve", "decline"]
    assert program.client_id in consent.text
    result = await submit(program, consent, decision="approve")
    assert (result.status, "Connected" in result.text) == (200, True)
    assert (await program.poll(code["device_code"])).status == 200


async def test_person_declines(program: "Program") -> None:
    code = (await program.ask_code()).body
    result = await submit(program, await sign_in(program, code["user_code"]), decision="decline")
    assert "Declined" in result.text
    assert (await program.poll(code["device_code"])).refusal == (403, "access_denied")


async def test_every_page_says_that_it_is_not_bmw(program: "Program") -> None:
    code = (await program.ask_code()).body
    pages = [await visit(program, "/"), await sign_in(program, code["user_code"])]
    assert all("bimmerhub emulator · not BMW" in page.text for page in pages)


async def test_mistyped_code_is_shown_again_with_help(program: "Program") -> None:
    code = (await program.ask_code()).body["user_code"]
    page = await submit(program, await visit(program, "/oneid/link"), user_code=code.swapcase())
    assert page.status == 400
    assert "upper and lower case" in page.text
    assert page.fields["user_code"] == code.swapcase()


async def test_wrong_password_says_where_the_right_one_is(program: "Program") -> None:
    code = (await program.ask_code()).body["user_code"]
    page = await submit(program, await visit(program, f"/oneid/link?user_code={code}"))
    again = await submit(program, page, user="anna@example.com", password="wrong")
    assert (again.status, again.fields["user"], again.fields["password"]) == (400, "anna@example.com", "")
    assert "The emulator shows both when it starts" in again.text


async def test_decision_can_be_made_once(program: "Program") -> None:
    code = (await program.ask_code()).body
    consent = await sign_in(program, code["user_code"])
    await submit(program, consent, decision="approve")
    assert (await submit(program, consent, decision="decline")).status == 400
    assert (await program.poll(code["device_code"])).status == 200


async def test_code_that_timed_out_meanwhile_is_refused(program: "Program") -> None:
    consent = await sign_in(program, (await program.ask_code()).body["user_code"])
    program.emulator.clock.jump(by_ms=300_000)
    assert (await submit(program, consent, decision="approve")).status == 400


async def test_typed_text_is_never_markup(program: "Program") -> None:
    page = await submit(program, await visit(program, "/oneid/link"), user_code='"><script>x</script>')
    assert "<script>" not in page.text
    assert page.fields["user_code"] == '"><script>x</script>'


async def test_owner_of_another_account_cannot_approve(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> None:
    bert = EmulatedAccount(
        user="bert@example.com",
        gcid=Gcid("22222222-2222-3333-4444-555555555555"),
        client_id="bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee",
    )
    async with Emulator(make_settings(accounts=(EmulatedAccount(), bert))) as emulator:
        program = program_of(emulator)
        code = (await program.ask_code(client_id=bert.client_id)).body["user_code"]
        page = await sign_in(program, code)
    assert (page.status, "another account" in page.text) == (400, True)
