"""The language of texts: German for an app whose header accept-language begins with `de`, else English.

That the header chooses the language is known from clients; which texts it changes, and their words, are inferred.
"""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

HEADER = "accept-language"
_GERMAN = {
    "Next service due by the specified distance or date.": (
        "Nächster Service nach der angegebenen Fahrstrecke oder zum angegebenen Termin fällig."
    ),
    "Next service due when the specified distance has been covered.": (
        "Nächster Service nach der angegebenen Fahrstrecke fällig."
    ),
    "Next service due by the specified date.": "Nächster Service zum angegebenen Termin fällig.",
    "Next state inspection due by the specified date.": (
        "Nächste gesetzliche Fahrzeuguntersuchung zum angegebenen Termin fällig."
    ),
    "Next vehicle check due after the specified distance or date.": (
        "Nächster Fahrzeug-Check nach der angegebenen Fahrstrecke oder zum angegebenen Termin fällig."
    ),
    "The 12 V battery is heavily discharged.": "Die 12-V-Batterie ist stark entladen.",
    "Check and correct the tyre pressure.": "Reifendruck prüfen und korrigieren.",
    "The level of the washer fluid is low.": "Waschwasserstand niedrig.",
    "Something went wrong": "Etwas ist schiefgelaufen",
    "The vehicle could not be reached.": "Das Fahrzeug war nicht erreichbar.",
    "Charge your vehicle and see your sessions here.": "Laden Sie Ihr Fahrzeug, und sehen Sie hier Ihre Ladevorgänge.",
}
_FIRST_WORDS = dict(
    zip(
        ("Today", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        ("Heute", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        strict=True,
    )
)
"""With which the title of a charging session begins, before a time."""


def is_german(request: Request) -> bool:
    """Tell whether a request wants German texts."""
    return request.headers.get(HEADER, "").strip().lower().startswith("de")


def in_language_of(request: Request, answer: Response) -> Response:
    """Return an answer with its texts in the request's language; what is no JSON as it is."""
    if not isinstance(answer, JSONResponse) or not is_german(request):
        return answer
    document = json.loads(bytes(answer.body))
    return JSONResponse(_translate(document), status_code=answer.status_code)


def _translate(value: object) -> object:
    if isinstance(value, list):
        return [_translate(item) for item in value]
    if isinstance(value, dict):
        return {name: _translate(member) for name, member in value.items()}
    if not isinstance(value, str):
        return value
    word, blank, time = value.partition(" ")
    if word in _FIRST_WORDS and time[:2].isdigit():
        return f"{_FIRST_WORDS[word]}{blank}{time}"
    return _GERMAN.get(value, value)
