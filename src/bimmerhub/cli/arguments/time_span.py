"""A stretch of time on the command line: `--from` and `--to`."""

from dataclasses import dataclass

from bimmerhub.cli.arguments.time_words import TIME_HELP, parse_moment
from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.printing.output import local_time
from bimmerhub.times import format_time


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """From when to when, as the line says it; without `end` until now."""

    begin: str
    end: str | None

    def parse(self, *, now_ms: int) -> tuple[int, int]:
        """Return from when to when, in milliseconds UTC; WrongUsage when that is no stretch of time."""
        from_ms = parse_moment(self.begin, now=now_ms)
        to_ms = now_ms if self.end is None else parse_moment(self.end, now=now_ms)
        if from_ms > now_ms:
            raise WrongUsage(f"--from is in the future: it is {_local(now_ms)} now", hint=TIME_HELP)
        if from_ms >= to_ms:
            raise WrongUsage(f"--from ({_local(from_ms)}) is not before --to ({_local(to_ms)})", hint=TIME_HELP)
        return from_ms, to_ms


def _local(at_ms: int) -> str:
    return local_time(format_time(at_ms))
