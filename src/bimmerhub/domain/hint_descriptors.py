"""What a person, or a device of theirs, hints at: stored as readings of a car, boolean."""

from typing import Final

from bimmerhub.ids import Descriptor

HINT_DRIVING: Final = Descriptor("hint.driving")
HINT_PLUGGED: Final = Descriptor("hint.plugged")
