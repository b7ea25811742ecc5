"""Secrets taken out of texts that are logged or shown: tokens, ids of accounts, whole VINs, addresses.

Nobody knows what a library, a traceback or BMW puts into a text, so all is recognised by its look:

| what                     | is recognised by                                                            |
|--------------------------|-----------------------------------------------------------------------------|
| a token, a key, a hash   | 20 or more characters of base64, base64url or hexadecimal that are no words |
| an id of an account      | the form of a UUID, or of an e-mail address                                 |
| a key's fingerprint      | six or more pairs of digits between colons, three or more eights            |
| a JSON Web Token         | its start, `eyJ`                                                            |
| what has a telling name  | `password=…`, `"refresh_token": "…"`, `pin: …`, `https://name:…@host`       |
| a VIN                    | 17 of its characters in capitals; in any case when the last four are digits |
| a position               | see `masked_places`                                                         |

Each also behind the `%` of a URL. What stands after a telling name is masked whatever it is, short of words that say
something about it (`token: expired`) and the names of a program's line (`password=self.password`). Words stay, also
long ones in one piece: `vehicle.drivetrain.batteryManagement`, `/srv/bimmerhub/hub.sqlite3`, `ERR2001_TOKEN_INVALID`.
"""

import re
from typing import Final
from urllib.parse import unquote

from bimmerhub.ids import mask_vins
from bimmerhub.masked_places import mask_places

MASK: Final = "…"
SHORTEST: Final = 20
"""Characters of a secret that is recognised by nothing but its look."""

_SENT_ALONG: Final = re.compile(
    r"\b((?i:bearer|basic))\s+(?=[\w.~+/-]*(?:\d|[a-z][A-Z]|=))[\w.~+/-]{4,}={0,2}(?![\w=])", re.ASCII
)
"""What stands in an Authorization header, wherever it stands; "basic data" and "Basic price=10" are none."""
_IN_ADDRESS: Final = re.compile(r"(?<=://)(?:[^\s/?#]+|[^\s/?#@:]+:(?!\d{1,5}[/?#])[^\s@]{1,200})@")
"""A name and password before a host; after a port comes a path, where a sign `@` may be."""
_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+(?!(?:service|socket|timer|png|jpg|svg)\b)[^\W\d_]{2,}\b")
_WEB_TOKEN: Final = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*)*", re.ASCII)
_UUID: Final = re.compile(r"(?<![^\W_])[\da-f]{8}(?:-?[\da-f]{4}){3}-?[\da-f]{12}(?![^\W_])", re.IGNORECASE | re.ASCII)
_FINGERPRINT: Final = re.compile(
    r"(?<![\w:-])(?:[\da-f]{2}(?::[\da-f]{2}){5,}|[\da-f]{8}(?:-[\da-f]{8}){2,})(?![\w:-])", re.IGNORECASE | re.ASCII
)

_TELLING_NAME: Final = (
    r"(?:[\w-]*(?:password|passwd|passphrase|passcode|pwd|secret|token|verifier|device_?code|user_?code|"
    r"(?:api|subscription|private|secret|access)[-_]?key|cookie|authorization)|(?:[\w-]*[_-])?(?:pin|otp))"
)
_SPEAKS_OF_IT: Final = (
    r"(?:(?:it|its|is|was|the|a|an|no|not|none|null|true|false|this|that|and|or|str|bytes|await|expired|invalid|"
    r"missing|empty|unknown|invalid_\w+)(?![^\s,;.)}\]|])|self\.|%[sdr](?!\w)|"
    rf"(?:\w+\.)*{_TELLING_NAME}(?![\w-]))"
)
_NAMED: Final = re.compile(
    rf"""((?<![\w-]){_TELLING_NAME}(?:\\*["']\s*[:=,]|\s*[:=])\s*)"""
    rf"""(?:(b?(\\*["']))(?:(?!(?<!\\)\3).)+|(?!{_SPEAKS_OF_IT})(?:(?:bearer|basic|digest)\s+)?"""
    r"""(?:[^\s&"',;]|(?<=\w)["'](?=\w))*[^\s&"',;)}\]])""",
    re.IGNORECASE | re.ASCII,
)
"""Within quotes up to the same quote with as many backslashes; else up to what ends a value in a form or a list."""
_IN_QUERY: Final = re.compile(r"([?&](?:code|key|state|sig)=)[^\s&#\"']+", re.IGNORECASE)
_CODE: Final = re.compile(
    r"""((?<![\w.-])(?:code|key)\\*["']?\s*[:=]\s*\\*["']?)"""
    r"""(?![A-Z]+-\d+\b)(?=[A-Z_-]*\d)(?=[\d_-]*[A-Z])[\w-]{6,}(?![\w.-]*\.\w)""",
    re.IGNORECASE | re.ASCII,
)
"""What has letters and digits: `code=403` and `code=CU-104` are no secrets, nor is a descriptor a key."""
_HEADER: Final = re.compile(
    r"(\bcookie:\s*)[^\s;,]+(?:;\s*[^\s;,=]+=[^\s;,]+)*|(\bauthorization:\s*)digest\s[^\r\n]+", re.IGNORECASE
)

_WORD: Final = re.compile(r"[^\W_]+", re.ASCII)
_VIN_LENGTH: Final = 17

_RUN: Final = re.compile(rf"[\w.~+/-]{{{SHORTEST},}}(?:={{1,2}}(?!\w))?", re.ASCII)
_PIECE: Final = re.compile(rf"[\w-]{{{SHORTEST},}}", re.ASCII)
_UNRESERVED: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])[\w.-]+~[\w.~-]{8,}", re.ASCII)
"""Of a token by the rules for an authorization code; no word has a tilde in it, no path without strokes either."""
_DEVICE: Final = re.compile(r"/dev/[a-z]+/by-[a-z]+/")
_TIME: Final = re.compile(r"\d{4}-?\d\d-?\d\d[T_-]\d\d[-:]?\d\d(?:[-:]?\d\d)?Z?")
_HEXADECIMAL: Final = re.compile(r"[\da-f]+|[\dA-F]+", re.ASCII)
_JUMBLED: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{6}")
"""Of base64 and no file's name: capitals, small letters and digits in one piece."""
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""The words in `batteryManagementECU`."""
_HARSH: Final = re.compile(r"(?>sch|st|ng|ck|[cpst]h|[^aeiouy]){5}|^[^aeiouy]+$", re.IGNORECASE)
"""Of a word in few languages: five consonants in a row (those that are spoken as one count once), or no vowel."""
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
    return _mask(_PIECE_OF_URL.sub(_mask_encoded, _mask_named(text)) if "%" in text else text)


def _mask_encoded(match: re.Match[str]) -> str:
    """Return what a URL encodes as it is, unless there is something in it to mask."""
    if "%" not in match[0]:
        return match[0]
    decoded = unquote(unquote(match[0]))
    masked = _mask(decoded)
    return match[0] if masked == decoded else masked


def _mask_named(text: str) -> str:
    """Return a text without what its name or its place tells of; of a URL before it is decoded, where a value ends."""
    text = _IN_ADDRESS.sub(f"{MASK}@", text)
    text = _HEADER.sub(lambda match: f"{match[1] or match[2]}{MASK}", text)
    text = _NAMED.sub(lambda match: f"{match[1]}{match[2] or ''}{MASK}", text)
    text = _IN_QUERY.sub(rf"\1{MASK}", text)
    return _CODE.sub(rf"\1{MASK}", text)


def _mask(text: str) -> str:
    text = _mask_named(text)
    text = _SENT_ALONG.sub(rf"\1 {MASK}", text)
    text = _MAIL.sub(MASK, text)
    text = _FINGERPRINT.sub(MASK, text)
    text = _WEB_TOKEN.sub(MASK, text)
    text = _UUID.sub(MASK, text)
    text = _WORD.sub(lambda match: mask_vins(match[0]) if len(match[0]) == _VIN_LENGTH else match[0], text)
    text = _RUN.sub(_mask_run, text)
    return mask_vins(mask_places(text, MASK))


def _mask_run(match: re.Match[str]) -> str:
    """Return the run, or what is left of it: of a path only those names are masked that are no words by themselves."""
    run = match[0]
    if _DEVICE.match(run):
        return run
    if _UNRESERVED.fullmatch(run):
        return MASK
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
