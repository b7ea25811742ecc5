"""The page shows what BMW says as text: no script makes HTML, code or an address of a value."""

import re
from pathlib import Path

import bimmerhub

STATIC = Path(bimmerhub.__file__).parent / "web" / "static"
MAKES_HTML = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write|DOMParser|srcdoc|\beval\(|"
    r"new Function|setTimeout\(['\"]|javascript:|setAttribute\(['\"](on|style|href|src|action)"
)
ADDRESS = re.compile(r"\.(?:href|src|action)\s*=(?!=)\s*(.*)")
OUR_ADDRESSES = ("href;", "`/api/v1/vehicles/${vin}/image`;", "`/api/v1/vehicles/${this.vehicle.vin}/fingerprint`;")
"""`href` is made of two numbers, by `toFixed`."""
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<base|javascript:", re.IGNORECASE)


def test_no_script_makes_html_of_a_value() -> None:
    for script in STATIC.glob("*.js"):
        text = script.read_text("utf-8")
        assert MAKES_HTML.findall(text) == [], script.name
        assert [address for address in ADDRESS.findall(text) if not address.startswith(OUR_ADDRESSES)] == [], (
            script.name
        )


def test_pages_hold_no_script_of_their_own() -> None:
    for page in STATIC.glob("*.html"):
        assert INLINE.findall(page.read_text("utf-8")) == [], page.name
