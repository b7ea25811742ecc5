"""The refusals of BMW's REST API: HTTP statuses and BMW's own codes."""

from bimmerhub.errors import BimmerhubError

# code -> HTTP status and BMW's message (BMW's guide; statuses observed by clients 2025-2026). Where nobody has seen the
# status (CU-100, 101, 120, 125, 127, 503), it is the one that fits the message. CU-403 is in no document of BMW's.
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
    "CU-124": (403, "Maximum number of containers reached"),
    "CU-125": (400, "Pagination-Token expired"),
    "CU-126": (404, "No vehicle image found for given VIN"),
    "CU-127": (404, "No LBCS data found"),
    "CU-400": (400, "Bad request"),
    "CU-401": (400, "Parameter Invalid"),
    "CU-402": (400, "Telematic key is invalid"),
    "CU-403": (403, "Bad Request.  Forbidden"),
    "CU-429": (403, "API rate limit reached"),
    "CU-500": (500, "Internal server error"),
    "CU-503": (503, "Service temporarily unavailable"),
}


class CarDataRefusal(BimmerhubError):
    """An answer with BMW's error body: its code, and a note in words.

    `status` and `bmw_message` are those usual for the code if None. `reference` is what BMW calls exveErrorRef, empty
    in practice but for CU-124, where it is not (kvanbiesen/bmw-cardata-ha#439; what it says there is not told).
    """

    def __init__(
        self,
        code: str,
        note: str,
        *,
        status: int | None = None,
        bmw_message: str | None = None,
        reference: str = "",
    ) -> None:
        usual_status, usual_message = _ANSWERS[code]
        self.bmw_message = usual_message if bmw_message is None else bmw_message
        super().__init__(f"{code} {self.bmw_message}: {note}")
        self.code = code
        self.note = note
        self.reference = reference
        self.status = usual_status if status is None else status

    def body(self) -> dict[str, str]:
        """Return the JSON object `CustomerErrorResponse` (BMW swagger)."""
        return {
            "exveErrorId": self.code,
            "exveErrorMsg": self.bmw_message,
            "exveErrorRef": self.reference,
            "exveNote": self.note,
        }
