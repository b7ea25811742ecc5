"""The portal's pages as HTML; nothing is decided here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from bimmerhub.emulator.cardata.answers.basic_data import BASIC_DATA
from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.customer_portal.brands import name_portal
from bimmerhub.ids import Gcid, Vin

PORTAL_PATH = "/mybmw"
GRANTED_PATH = f"{PORTAL_PATH}/granted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """A service of the client: `starts_in_s` is how long until it counts, None when it does or is not subscribed."""

    name: str
    title: str
    explanation: str
    is_subscribed: bool
    starts_in_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarDataState:
    """What the page BMW CarData shows.

    `new_client_id` is there once, right after the client was made. `done` says what was done last. `ticked` is how many
    descriptors the car streams, None when its stream is not configured.
    """

    car: CarIdentity
    gcid: Gcid
    csrf: str
    has_client: bool
    new_client_id: str | None
    done: str
    services: Sequence[ServiceState]
    may_stream: bool
    ticked: int | None
    stream_host: str
    stream_port: int


def cardata_path(vin: Vin) -> str:
    """Return where the page BMW CarData of a car is."""
    return f"{PORTAL_PATH}/vehicles/{vin}/cardata"


def ticks_path(vin: Vin) -> str:
    """Return where the page "Configure data stream" of a car is."""
    return f"{PORTAL_PATH}/vehicles/{vin}/stream"


def sign_in_html(*, user: str = "") -> str:
    """Return the body of the sign-in page."""
    return f"""
        <p>Sign in with an account of the emulator. Never type the password of a real BMW ID here.</p>
        <form method="post" action="{PORTAL_PATH}/sign-in">
          <label for="user">User</label>
          <input id="user" name="user" value="{escape(user)}" required autofocus autocomplete="username"
            autocapitalize="off" spellcheck="false">
          <label for="password">Password</label>
          <input id="password" name="password" type="password" required autocomplete="current-password">
          <button type="submit">Sign in</button>
        </form>"""


def overview_html(cars: Sequence[CarIdentity], *, user: str, csrf: str, grants: int) -> str:
    """Return the body of the vehicle overview; `grants` is how many service providers have access."""
    items = "".join(
        f"""
        <section>
          <h2>{escape(car.model_name)}</h2>
          <p class="note">{escape(_portal_of(car))} · {escape(car.drivetrain)} · <code>{car.vin}</code></p>
          <p><a href="{cardata_path(car.vin)}">BMW CarData</a></p>
        </section>"""
        for car in cars
    )
    return f"""
        <nav><span>Signed in as <b>{escape(user)}</b></span>
          <form method="post" action="{PORTAL_PATH}/sign-out" class="actions">{hidden_word(csrf)}
            <button type="submit" class="quiet">Sign out</button></form></nav>
        <p><a href="{GRANTED_PATH}">Service providers with access to my vehicles</a>: {grants}</p>{items}"""


def cardata_html(state: CarDataState) -> str:
    """Return the body of the page BMW CarData of one car."""
    done = f'<p class="done" role="status">{escape(state.done)}</p>' if state.done else ""
    parts = [_client_section(state)]
    if state.has_client:
        parts += [_service_section(state, service) for service in state.services]
    parts += [_stream_section(state), _reset_section(state)]
    return f"""
        <nav><a href="{PORTAL_PATH}">All vehicles</a>
          <span>{escape(_portal_of(state.car))} · {escape(state.car.model_name)} ·
            <code>{state.car.vin}</code></span></nav>{done}{"".join(parts)}"""


def ticks_html(vin: Vin, *, shown: Sequence[str], ticked: Collection[str], search: str, csrf: str) -> str:
    """Return the body of the page "Configure data stream": `shown` are the keys that fit the search, in order."""
    groups = "".join(
        f"""
          <fieldset><legend>{escape(branch)}</legend>{"".join(_tick(key, is_on=key in ticked) for key in keys)}
          </fieldset>"""
        for branch, keys in groupby(shown, key=_branch)
    )
    return f"""
        <nav><a href="{cardata_path(vin)}">Back to BMW CarData</a><code>{vin}</code></nav>
        <form method="get" action="{ticks_path(vin)}" role="search" class="row">
          <div><label for="q">Search</label>
            <input id="q" name="q" type="search" value="{escape(search)}" autocomplete="off" spellcheck="false"></div>
          <div><button type="submit" class="quiet">Show</button></div>
        </form>
        <p>{len(shown)} shown, {len(set(shown).intersection(ticked))} of them ticked, {len(ticked)} ticked in all.
          <span class="note">Each button below saves, and changes what is shown only.</span></p>
        <form method="post" action="{ticks_path(vin)}">{hidden_word(csrf)}
          <input type="hidden" name="q" value="{escape(search)}">{groups}
          <div class="actions sticky row">
            <button type="submit" name="do" value="save">Save</button>
            <button type="submit" name="do" value="all" class="quiet">Tick all shown</button>
            <button type="submit" name="do" value="none" class="quiet">Untick all shown</button>
          </div>
        </form>"""


def _portal_of(car: CarIdentity) -> str:
    return name_portal(str(BASIC_DATA[car.code]["brand"]))


def _client_section(state: CarDataState) -> str:
    if not state.has_client:
        return _section(
            "CarData client",
            f"""
          <p>Programs sign in as a client. An account has one, for all its vehicles.</p>
          {_buttons(state, ("create", "Create CarData client", ""))}""",
        )
    if state.new_client_id is not None:
        words = f"""<p>Your client id:</p><p><code id="client-id">{state.new_client_id}</code></p>
          <p><b>Note it down now.</b> It is shown once: when this page is loaded again, it is gone.</p>"""
    else:
        words = """<p>There is a client for this account. Its id was shown once, when it was made.</p>"""
    return _section(
        "CarData client",
        f"""
          {words}
          {_buttons(state, ("authenticate", "Authenticate device", "quiet"))}
          <p class="note">Emulator's note: as at BMW, do not press this. It consumes a program's sign-in under way.</p>
          <details><summary>Delete this client</summary>
            <p>Every program that uses it must be signed in again with another client.</p>
            {_buttons(state, ("delete", "Delete CarData client", "quiet"))}</details>""",
    )


def _service_section(state: CarDataState, service: ServiceState) -> str:
    verb = "unsubscribe" if service.is_subscribed else "subscribe"
    words = f"Unsubscribe from {service.title}" if service.is_subscribed else f"Subscribe to {service.title}"
    button = (f"{verb}-{service.name}", words, "quiet" if service.is_subscribed else "")
    waits = ""
    if service.starts_in_s is not None:
        waits = f"""<p class="note">Emulator's note: it counts in {service.starts_in_s} s. Until then a sign-in fails
            right after the approval, and this page refuses further changes.</p>"""
    return _section(
        service.title,
        f"""
          <p>{_state("subscribed" if service.is_subscribed else "not subscribed", is_on=service.is_subscribed)}</p>
          <p>{escape(service.explanation)} A change counts for new sign-ins only.</p>{waits}
          {_buttons(state, button)}""",
    )


def _stream_section(state: CarDataState) -> str:
    if state.car.is_motorcycle:
        return _section("Data stream", "<p>No stream for Motorrad.</p>")  # BMW's guide
    if not state.may_stream:
        return _section("Data stream", "<p>Subscribe to CarData Stream first.</p>")
    link = f'<p><a href="{ticks_path(state.car.vin)}">Configure data stream</a></p>'
    if state.ticked is None:
        return _section("Data stream", f"<p>{_state('not configured', is_on=False)}</p>{link}")
    return _section(
        "Data stream",
        f"""
          <p>{_state("ready", is_on=True)} {state.ticked} descriptors ticked</p>
          <dl>
            <dt>Host</dt><dd><code>{escape(state.stream_host)}</code></dd>
            <dt>Port</dt><dd><code>{state.stream_port}</code></dd>
            <dt>Topic</dt><dd><code>{state.car.vin}</code></dd>
            <dt>User name</dt><dd><code>{state.gcid}</code></dd>
          </dl>
          <p class="note">A program subscribes to <code>user name/topic</code>; its password is the id token.</p>
          {link}""",
    )


def _reset_section(state: CarDataState) -> str:
    return _section(
        "Reset",
        f"""
          <details><summary>Reset BMW CarData</summary>
            <p>Deletes the client, its tokens, all containers and every configured stream of the account.</p>
            <p class="note">Emulator's note: BMW takes up to a day for this; here it is done at once.</p>
            {_buttons(state, ("reset", "Reset BMW CarData", "quiet"))}</details>""",
    )


def _section(title: str, body: str) -> str:
    return f"""
        <section>
          <h2>{escape(title)}</h2>{body}
        </section>"""


def _buttons(state: CarDataState, *buttons: tuple[str, str, str]) -> str:
    """Return a form with buttons, each (action, words, class)."""
    items = "".join(
        f'<button type="submit" name="action" value="{action}" class="{kind}">{escape(words)}</button>'
        for action, words, kind in buttons
    )
    path = cardata_path(state.car.vin)
    return f'<form method="post" action="{path}" class="actions">{hidden_word(state.csrf)}{items}</form>'


def hidden_word(csrf: str) -> str:
    """Return the field that shows a form to be the portal's own."""
    return f'<input type="hidden" name="csrf" value="{csrf}">'


def _state(words: str, *, is_on: bool) -> str:
    return f'<span class="state{" on" if is_on else ""}">{escape(words)}</span>'


def _tick(key: str, *, is_on: bool) -> str:
    checked = " checked" if is_on else ""
    return f"""
            <label class="tick"><input type="checkbox" name="key" value="{key}"{checked}><span>{key}</span></label>"""


def _branch(key: str) -> str:
    return ".".join(key.split(".")[:2])
