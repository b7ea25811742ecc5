"""Slider captchas: how far does a piece have to be moved to fit into its hole?

Clients of 2022 to 2025 found the hole by its colour; what they answer is the left edge of the hole less the width of
the piece's handle, as a share of the picture's width.
"""

import base64
import secrets
from dataclasses import dataclass

from bimmerhub.emulator.sign_in.china.flat_jpeg import SQUARE_PX, Rgb, encode_squares

COLUMNS, ROWS = 74, 45
HOLE_COLUMNS, HOLE_ROWS = 2, 10
HANDLE_PX = 26
CLOSE_ENOUGH = 0.02
HOLE: Rgb = (220, 230, 221)
_SEA: tuple[Rgb, ...] = ((88, 120, 150), (96, 130, 160), (76, 104, 132), (110, 140, 166))


@dataclass(slots=True, kw_only=True)
class Slider:
    """One captcha: `position` is its solution, `is_solved` whether somebody gave it."""

    mobile: str
    position: float
    is_solved: bool = False


class SliderDesk:
    """Makes captchas and checks them; each one signs in once."""

    def __init__(self) -> None:
        self._sliders: dict[str, Slider] = {}

    def make(self, mobile: str) -> dict[str, object]:
        """Return a captcha for a phone number: its id, the picture and the piece, as JPEGs in base64."""
        column = 8 + secrets.randbelow(COLUMNS - 12)
        row = 2 + secrets.randbelow(ROWS - HOLE_ROWS - 4)
        width_px = COLUMNS * SQUARE_PX
        verify_id = secrets.token_hex(16)
        self._sliders[verify_id] = Slider(mobile=mobile, position=(column * SQUARE_PX - HANDLE_PX) / width_px)

        def colour_at(x: int, y: int) -> Rgb:
            is_hole = column <= x < column + HOLE_COLUMNS and row <= y < row + HOLE_ROWS
            return HOLE if is_hole else _SEA[(x * 7 + y * 5 + x * y) % len(_SEA)]

        picture = encode_squares(COLUMNS, ROWS, colour_at)
        piece = encode_squares(HOLE_COLUMNS, HOLE_ROWS, lambda x, y: _SEA[(x + y) % len(_SEA)])
        return {"verifyId": verify_id, "backGroundImg": _base64(picture), "cutImg": _base64(piece)}

    def find(self, verify_id: str) -> Slider:
        """Return a captcha, solution included; KeyError when there is none."""
        return self._sliders[verify_id]

    def open_ones(self) -> list[Slider]:
        """Return the captchas that nobody has solved, oldest first."""
        return [slider for slider in self._sliders.values() if not slider.is_solved]

    def solve(self, verify_id: str, position: str) -> bool:
        """Tell whether a position is the solution; a captcha is gone after a wrong one."""
        slider = self._sliders.get(verify_id)
        if slider is None:
            return False
        try:
            slider.is_solved = abs(float(position) - slider.position) <= CLOSE_ENOUGH
        except ValueError:
            slider.is_solved = False
        if not slider.is_solved:
            del self._sliders[verify_id]
        return slider.is_solved

    def use(self, verify_id: str) -> bool:
        """Tell whether a captcha was solved, and use it up."""
        slider = self._sliders.pop(verify_id, None)
        return slider is not None and slider.is_solved


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
