"""How far long work has come: a line on stderr that changes, where that is a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bimmerhub.plain_text import one_line


@contextmanager
def showing_progress(text: str) -> Iterator[Callable[[str], None]]:
    """Show `text` while the block runs; the function that it is given shows another one."""
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(one_line(text))) as status:
        yield lambda text: status.update(Text(one_line(text)))
