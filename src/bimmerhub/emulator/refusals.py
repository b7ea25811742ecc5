"""What BMW's REST API answers when it does not answer: HTTP statuses and BMW's own codes."""

from bimmerhub.errors import BimmerhubError

# code -> HTTP status and BMW's message (BMW's guide; statuses observed by clients 2025-2026). Where nobody has seen the
# status (CU-100, 101, 120, 124), it is the one that fits the message.
_ANSWERS = {
    "CU-100": (401, "No token sent"),
    "CU-101": (401, "Authentication error"),
    "CU-102": (401, "Token expired"),
    "CU-103": (403, "Token-scope is not CarData"),
    "CU-104": (403, "No permission for specified VIN"),
    "CU-105": (403, "No permission for specified containerId"),
    "CU-120": (400, "Format of parameter VIN is invalid"),
    "CU-121": (400, "Format of parameter containerId is invalid"),
    "CU-122": (208, "Container already set for deletion"),
    "CU-124": (400, "Maximum number of containers reached"),
    "CU-126": (404, "No vehicle image found for given VIN"),
    "CU-400": (400, "Bad request"),
    "CU-401": (400, "Parameter Invalid"),
    "CU-402": (400, "Telematic key is invalid"),
    "CU-429": (403, "API rate limit reached"),
}


class CarDataRefusal(BimmerhubError):
    """An answer with BMW's error body: its code, and a note in words.

    `status` is the one usual for the code if None.
    """

    def __init__(self, code: str, note: str, *, status: int | None = None) -> None:
        usual_status, self.bmw_message = _ANSWERS[code]
        super().__init__(f"{code} {self.bmw_message}: {note}")
        self.code = code
        self.note = note
        self.status = usual_status if status is None else status

    def body(self) -> dict[str, str]:
        """Return the JSON object `CustomerErrorResponse` (BMW swagger; exveErrorRef is empty in practice)."""
        return {
            "exveErrorId": self.code,
            "exveErrorMsg": self.bmw_message,
            "exveErrorRef": "",
            "exveNote": self.note,
        }
