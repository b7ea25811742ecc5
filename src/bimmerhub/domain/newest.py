"""Which of two readings of one descriptor stays, when their order of arrival must make no difference at all."""

from bimmerhub.domain.reading import Reading, is_newer


def supersedes(reading: Reading, other: Reading) -> bool:
    """Tell whether `reading` replaces `other` of the same descriptor.

    As `is_newer`; where that calls it a tie (the same value of the same instant, come twice) the smaller source
    stays, and after that the first to be received. So any order of the same readings ends at the same one.
    """
    if reading.measured_at_ms != other.measured_at_ms:
        return reading.measured_at_ms > other.measured_at_ms
    if is_newer(reading, other):
        return True
    return not is_newer(other, reading) and _tie_key(reading) < _tie_key(other)


def _tie_key(reading: Reading) -> tuple[int, int, str, int]:
    return reading.source, reading.received_at_ms, reading.unit or "", reading.sent_at_ms or 0
