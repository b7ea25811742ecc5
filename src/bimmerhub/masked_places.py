"""Positions taken out of texts that are logged or shown.

| a position is                                   | as in                                                  |
|-------------------------------------------------|--------------------------------------------------------|
| a number after its name                         | `lat=48.1`, `"startLongitude": "11.5"`, `lat 48.1`     |
| a value of BMW's with four decimals or more     | `"value": "48.137154"`                                 |
| a latitude and a longitude of three decimals    | `48.137, 11.575`, `[11.575,  48.137]`, `48,1370 11,5750` |
| degrees and minutes, or degrees and a direction | `48°10'37.2"N`, `48.177° N`                            |
| a plus code                                     | `8FWF4GXR+2C`                                          |

Three decimals are 110 m. One decimal number without a name is none: it may be seconds, a price or a rate; nor are two
before a unit, or two of which none can be a latitude.
"""

import re
from typing import Final

_MOST_LATITUDE_DEG: Final = 90.0
_MOST_LONGITUDE_DEG: Final = 180.0

_NAME: Final = (
    r"(?:\b(?:\w*_)?(?i:lat|lon|lng|long)|\b\w*[a-z\d](?:Lat|Lon|Lng|Long)|\b\w*(?i:latitude|longitude))"
    r"(?:_?(?i:deg|degrees))?"
)
_QUOTE: Final = r"""\\*["']?"""
_NAMED: Final = re.compile(
    rf"""({_NAME}(?:{_QUOTE}\s*[:=]\s*{_QUOTE}|(?<!long)\s+(?=[-+]?\d+[.,]\d))"""
    rf"""|{_NAME}["'\\][^}}\n]{{0,120}}?\bvalue{_QUOTE}\s*[:=]\s*{_QUOTE})[-+]?\d+(?:[.,]\d+|\.)?""",
    re.ASCII,
)
_VALUE: Final = re.compile(rf"""(\bvalue\\*["']\s*:\s*{_QUOTE})[-+]?\d{{1,3}}\.\d{{4,}}(?![\w.])""", re.ASCII)
_NUMBER: Final = r"[-+]?\d{1,3}(?:\.\d{3,}|,\d{4,})"
"""Three digits behind a comma may be thousands."""
_DIRECTION: Final = r"(?:\s?°)?(?:\s?[NSEWO]\b)?"
_UNIT: Final = r"\s?(?:[kMGT]?i?B|[mµn]?s|sec(?:onds?)?|min|h|k?Wh?|k?m|km/h|V|A|C|°C|K|%|l|bar|EUR|€)(?![\w])"
_PAIR: Final = re.compile(
    rf"""(?<![\w.,+-])(?<!\d:)({_NUMBER}){_DIRECTION}"""
    rf"""(?:{_QUOTE}\s*[,;/]\s*{_QUOTE}|\s+)({_NUMBER}){_DIRECTION}(?![\w°]|\.\d|{_UNIT})""",
    re.ASCII,
)
_DEGREES: Final = re.compile(
    r"""(?<![\w.])[-+]?\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d+)?\s?\\*['′’](?:\s?\d{1,2}(?:[.,]\d+)?\s?(?:\\*["″”]|''))?"""
    r"""(?:\s?[NSEWO]\b)?|(?<![\w.])[-+]?\d{1,3}[.,]\d+(?:\s?°\s?[NSEWO]\b|(?=\s(?:lat|lon|lng)\b))"""
)
_PLUS_CODE_LETTERS: Final = "23456789CFGHJMPQRVWX"
_PLUS_CODE: Final = re.compile(
    rf"(?<![\w+])(?:[{_PLUS_CODE_LETTERS}]{{8}}|(?=\d*[A-Z])[{_PLUS_CODE_LETTERS}]{{4}})"
    rf"\+[{_PLUS_CODE_LETTERS}]{{2,3}}(?![\w+])"
)


def mask_places(text: str, mask: str) -> str:
    """Return a text with `mask` in place of each position; the names before them stay."""
    text = _NAMED.sub(rf"\1{mask}", text)
    text = _VALUE.sub(rf"\1{mask}", text)
    text = _DEGREES.sub(mask, text)
    text = _PAIR.sub(lambda match: mask if _is_place(match[1], match[2]) else match[0], text)
    return _PLUS_CODE.sub(mask, text)


def _is_place(first: str, second: str) -> bool:
    """Tell whether two numbers can be a latitude and a longitude, in whichever order."""
    smaller, larger = sorted(abs(float(number.replace(",", "."))) for number in (first, second))
    return smaller <= _MOST_LATITUDE_DEG and larger <= _MOST_LONGITUDE_DEG
