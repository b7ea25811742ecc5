"""Secrets taken out of texts that are logged or shown: tokens, ids of accounts, whole VINs, positions.

Nobody knows what a library, a traceback or BMW puts into a text, so all is recognised by its look:

| what                     | is recognised by                                                              |
|--------------------------|-------------------------------------------------------------------------------|
| a token, a key, a hash   | 20 or more characters of base64, base64url or hexadecimal that are no words   |
| an id of an account      | the form of a UUID                                                            |
| a JSON Web Token         | its start, `eyJ`                                                              |
| what has a telling name  | `password=…`, `"refresh_token": "…"`, `Bearer …`, `https://name:…@host`       |
| a VIN                    | 17 of its characters in capitals; in any case when the last four are digits   |
| a position               | its name (`lat`, `longitude`), four decimals, or two numbers of three decimals |

Each also behind the `%` of a URL. Words stay, also long ones in one piece: `vehicle.drivetrain.batteryManagement`,
`/srv/bimmerhub/hub.sqlite3`, `ERR2001_TOKEN_INVALID`, `SmartPhoneUtil-A-2013`.
"""

import re
from typing import Final
from urllib.parse import unquote

from bimmerhub.ids import mask_vins

MASK: Final = "…"
SHORTEST: Final = 20
"""Characters of a secret that is recognised by nothing but its look."""

_SENT_ALONG: Final = re.compile(r"\b(bearer|basic)\s+(?=\S*[\d=])[^\s,;\"']{4,}", re.IGNORECASE)
"""What stands in an Authorization header; "basic data" does not."""
_IN_ADDRESS: Final = re.compile(r"(?<=://)[^\s/?#@]+@")
_WEB_TOKEN: Final = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*)*", re.ASCII)
_UUID: Final = re.compile(r"(?<![^\W_])[\da-f]{8}(?:-?[\da-f]{4}){3}-?[\da-f]{12}(?![^\W_])", re.IGNORECASE | re.ASCII)
_TELLING_NAME: Final = (
    r"[\w-]*(?:password|passphrase|secret|token|verifier|device_code|user_code|api[-_]?key|"
    r"subscription[-_]key|cookie|authorization)"
)
_NAMED: Final = re.compile(
    rf"""(["']{_TELLING_NAME}["']\s*[:=,]\s*b?["'])[^"']+|((?<![\w-]){_TELLING_NAME}=)(?=[^\s&,;)]*\d)[^\s&"',;)]+""",
    re.IGNORECASE | re.ASCII,
)
"""In JSON or Python's notation; or as in a form, where what has no digit may be a name in a line of a program."""

_WORD: Final = re.compile(r"[^\W_]+", re.ASCII)
_VIN_LENGTH: Final = 17

_NUMBER: Final = r"[-+]?\d{1,3}\.\d{3,}"
_MEASURED: Final = r"\s?m?s\b|\s?%(?!\w)|\s?[a-z]*/(?:m?s|min|h|d|day|km|100)\b"
"""What follows a number that may have as many decimals as a position: seconds, percent, a rate."""
_PLACE: Final = re.compile(
    r"""(\b\w*(?:lat|latitude|lon|lng|longitude)(?:_deg)?["']?\s*[:=]\s*["']?)[-+]?\d+(?:\.\d*)?"""
    rf"|(?<![\w.])(?<!\d:){_NUMBER}[,;/ ]\s?{_NUMBER}(?![\w.])"
    rf"|(?<![\w.])(?<!\d:)[-+]?\d{{1,3}}\.\d{{4,}}(?![\w.]|{_MEASURED})",
    re.IGNORECASE | re.ASCII,
)
"""Four decimals are 11 m."""

_RUN: Final = re.compile(rf"[\w+/-]{{{SHORTEST},}}(?:={{1,2}}(?!\w))?", re.ASCII)
_PIECE: Final = re.compile(rf"[\w-]{{{SHORTEST},}}", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-?\d\d-?\d\d[T_-]\d\d[-:]?\d\d(?:[-:]?\d\d)?Z?")
_HEXADECIMAL: Final = re.compile(r"[\da-f]+|[\dA-F]+", re.ASCII)
_JUMBLED: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{6}")
"""Of base64 and no file's name: capitals, small letters and digits in one piece."""
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""The words in `batteryManagementECU`."""
_HARSH: Final = re.compile(r"(?>[cpst]h|[^aeiouy]){5}|^[^aeiouy]+$", re.IGNORECASE)
"""Of a word in few languages: five consonants in a row, or no vowel."""
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_SHORT_WORDS: Final = re.compile(r"all|and|api|app|bmw|car|day|for|html|http|hub|key|max|min|mqtt|not|oem|the|vin")
_ABBREVIATION: Final = 3
"""Letters that are no word by their look: by chance they are as often pronounceable as not."""
_MOST_RUNS: Final = 2
"""Runs of letters with numbers between them: `http2server` has two, more are rare outside secrets."""
_LEAST_WORDY: Final = 0.6
"""Share of the letters that is in words: the rest may be an abbreviation, as in `batteryManagementECU`."""
_LEAST_WORDY_BESIDE_NUMBER: Final = 0.75
"""The same share where a number parts the letters, as it often does in a secret."""
_LONG_NUMBER: Final = SHORTEST
"""Digits of a number that is a secret by its length: times in nanoseconds have 19."""
_LEAST_ODD: Final = 10
"""Characters that are no words from which on they are masked: less is a number of a build or a thread."""
_MOSTLY: Final = 0.7
"""Share of a run in such characters from which on all of it is masked: a path has more words than that."""
_PIECE_OF_URL: Final = re.compile(r"[^\s\"'<>]+")


def mask_secrets(text: str) -> str:
    """Return a text without secrets and places; of a VIN its last four characters stay."""
    return _mask(_PIECE_OF_URL.sub(_mask_encoded, text) if "%" in text else text)


def _mask_encoded(match: re.Match[str]) -> str:
    """Return what a URL encodes as it is, unless there is something in it to mask."""
    if "%" not in match[0]:
        return match[0]
    decoded = unquote(unquote(match[0]))
    masked = _mask(decoded)
    return match[0] if masked == decoded else masked


def _mask(text: str) -> str:
    text = _SENT_ALONG.sub(rf"\1 {MASK}", text)
    text = _IN_ADDRESS.sub(f"{MASK}@", text)
    text = _NAMED.sub(lambda match: f"{match[1] or match[2]}{MASK}", text)
    text = _WEB_TOKEN.sub(MASK, text)
    text = _UUID.sub(MASK, text)
    text = _WORD.sub(lambda match: mask_vins(match[0]) if len(match[0]) == _VIN_LENGTH else match[0], text)
    text = _RUN.sub(_mask_run, text)
    text = _PLACE.sub(lambda match: f"{match[1] or ''}{MASK}", text)
    return mask_vins(text)


def _mask_run(match: re.Match[str]) -> str:
    """Return the run, or what is left of it: of a path only those names are masked that are no words by themselves."""
    run = match[0]
    parts = _WORD.findall(_TIME.sub("", run))
    odd = [part for part in parts if not is_plain(part)]
    odd_length = sum(map(len, odd))
    is_odd = odd_length >= (_LEAST_ODD // 2 if "+" in run else _LEAST_ODD)
    if (is_odd and odd_length >= _MOSTLY * sum(map(len, parts))) or any(map(_JUMBLED.match, odd)):
        return MASK
    return _PIECE.sub(_mask_piece, run)


def _mask_piece(match: re.Match[str]) -> str:
    parts = _WORD.findall(_TIME.sub("", match[0]))
    return MASK if sum(len(part) for part in parts if not is_plain(part)) >= _LEAST_ODD else match[0]


def is_plain(part: str) -> bool:
    """Tell whether letters and digits in one piece are a number, or words with a number before or after them."""
    if part.isdigit():
        return len(part) < _LONG_NUMBER
    if len(part) >= _LEAST_ODD and _HEXADECIMAL.fullmatch(part):
        return False
    runs = _DIGITS.split(part.strip("0123456789"))
    length = sum(map(len, runs))
    if length <= _ABBREVIATION and len(runs) == 1:
        return len(part) < _LEAST_ODD
    words = sum(len(word) for run in runs for word in _WORDS.findall(run) if _is_word(word))
    least = _LEAST_WORDY if len(runs) == 1 else _LEAST_WORDY_BESIDE_NUMBER
    return len(runs) <= _MOST_RUNS and words >= least * length


def _is_word(letters: str) -> bool:
    if len(letters) > _ABBREVIATION and _HARSH.search(letters) is None:
        return True
    return _SHORT_WORDS.fullmatch(letters.lower()) is not None
