"""The log on stderr has one line a record, and nobody's words look like a record."""

import logging

from bimmerhub.cli.printing.log_lines import LineFormatter

FORGED = "odd\n2026-11-29 12:00:00 INFO bimmerhub: all is well\x1b[2J\u202e"


def line_of(fault: BaseException | None, *arguments: object) -> str:
    trace = None if fault is None else (type(fault), fault, None)
    record = logging.LogRecord("bimmerhub", logging.WARNING, "file.py", 1, "BMW says %s", arguments, trace)
    return LineFormatter("%(levelname)s %(message)s").format(record)


def test_record_is_one_line() -> None:
    line = line_of(None, FORGED)
    assert line.splitlines() == [line]
    assert line.startswith("WARNING BMW says odd | 2026-11-29 12:00:00 INFO bimmerhub: all is well\ufffd[2J\ufffd")


def test_fault_is_on_its_records_line() -> None:
    line = line_of(ValueError(FORGED), "so")
    assert line.splitlines() == [line]
    assert line.startswith("WARNING BMW says so | ValueError: odd | 2026-11-29")


def test_no_vin_is_whole() -> None:
    assert line_of(None, "no WBA00000000000001 here") == "WARNING BMW says no …0001 here"
