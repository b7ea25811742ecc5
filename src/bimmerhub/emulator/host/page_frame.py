"""The frame of every page that the emulator shows: no JavaScript, nothing from elsewhere, and what it is not."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response


async def read_field(request: Request, name: str) -> str:
    """Return a field of a posted form without the blanks around it; "" when it is missing."""
    value = (await request.form()).get(name)
    return value.strip() if isinstance(value, str) else ""


def page(title: str, body: str, *, trouble: str = "", step: int | None = None, is_wide: bool = False) -> Response:
    """Return a whole page; one with `trouble` has status 400."""
    note = f'<p class="trouble" role="alert">{escape(trouble)}</p>' if trouble else ""
    wide = ' class="wide"' if is_wide else ""
    steps = f'<p class="step">Step {step} of 3</p>' if step else ""
    content = f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{escape(title)} · bimmerhub emulator</title>
    <style>{_STYLE}</style>
  </head>
  <body>
    <header>bimmerhub emulator · not BMW</header>
    <main{wide}>{steps}<h1>{escape(title)}</h1>{note}{body}
    </main>
    <footer>This is an emulator, not BMW: a stand-in for demos and tests. Accounts and vehicles are made up,
      and nothing you type leaves this computer. Not affiliated with BMW AG.</footer>
  </body>
</html>
"""
    return HTMLResponse(content, status_code=400 if trouble else 200, headers=_HEADERS)


_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}

_STYLE = """
:root { color-scheme: light dark; --ink: #16202c; --soft: #5b6776; --paper: #fff; --ground: #eef1f4; --line: #cfd6de;
  --accent: #0b6b5d; --on-accent: #fff; --warn: #9b2c1f; --warn-ground: #fdeeeb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #9eabb8; --paper: #1b232d; --ground: #11171e;
  --line: #36424f; --accent: #46b8a4; --on-accent: #08211d; --warn: #ffb4a6; --warn-ground: #3a1d19; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem; min-height: 100vh; display: flex; flex-direction: column; align-items: center;
  gap: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header { font-weight: 600; padding: .3rem .9rem; border: 1px dashed var(--warn); border-radius: 2rem;
  color: var(--warn); }
main { width: 100%; max-width: 26rem; padding: 1.75rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: .8rem; }
main.wide { max-width: 46rem; }
h2 { margin: 0 0 .35rem; font-size: 1.15rem; line-height: 1.3; }
section { margin-top: 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
section p { margin: .35rem 0; }
a { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between;
  margin-bottom: 1rem; font-size: .9rem; }
nav .actions button { margin: 0; padding: .3rem .8rem; }
.note { color: var(--soft); font-size: .85rem; }
.done { padding: .7rem .9rem; border-radius: .4rem; border: 1px solid var(--accent); }
.state { display: inline-block; padding: 0 .6rem; border: 1px solid var(--line); border-radius: 1rem;
  font-size: .85rem; }
.state.on { border-color: var(--accent); color: var(--accent); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
fieldset { margin: 1rem 0 0; padding: .5rem .9rem .75rem; border: 1px solid var(--line); border-radius: .4rem; }
legend { padding: 0 .4rem; font-weight: 600; }
.row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; }
.row > * { flex: 1 1 10rem; }
.actions button { width: auto; margin-top: .6rem; padding: .5rem 1rem; }
label.tick { display: flex; gap: .6rem; align-items: center; margin: .2rem 0; font-weight: 400; font-size: .9rem;
  overflow-wrap: anywhere; }
label.tick input { flex: none; width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); }
label.tick span { min-width: 0; }
details { margin-top: .6rem; }
summary { cursor: pointer; }
.sticky.row { align-items: stretch; }
.sticky.row > * { flex: 1 1 8rem; padding: .5rem; }
.sticky { position: sticky; bottom: 0; padding: .2rem 0 .9rem; background: var(--paper);
  border-top: 1px solid var(--line); }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.2; }
.step { margin: 0 0 .25rem; color: var(--soft); font-size: .85rem; }
.trouble { padding: .7rem .9rem; border-radius: .4rem; background: var(--warn-ground); color: var(--warn); }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input { width: 100%; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--line); border-radius: .4rem; }
input.code { font: 1.4rem ui-monospace, monospace; letter-spacing: .18em; text-align: center; }
button { width: 100%; margin-top: 1.25rem; padding: .75rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .4rem; }
button.quiet { margin-top: .6rem; color: var(--ink); background: transparent; border-color: var(--line); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code { overflow-wrap: anywhere; font-size: .9em; }
footer { max-width: 26rem; color: var(--soft); font-size: .85rem; text-align: center; }
"""
