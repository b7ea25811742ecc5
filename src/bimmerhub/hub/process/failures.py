"""Failures of task groups, as the one error that a person can act on."""


def only_error(group: ExceptionGroup[Exception]) -> Exception:
    """Return the first exception inside nested groups: what runs together fails for one reason."""
    first = group.exceptions[0]
    return only_error(first) if isinstance(first, ExceptionGroup) else first
