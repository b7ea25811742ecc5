"""Some days of three cars under three releases: each reading is there in the end.

`python -m bench year` is the long one: a year, the present program as a process of its own.
"""

from pathlib import Path

from bench.year import Year

from bimmerhub.store.sqlite.database.versions import newest_version


def test_nothing_is_lost_over_two_upgrades(tmp_path: Path) -> None:
    figures = Year(folder=tmp_path, days_a_month=0.5, months=6, has_process=False).live()
    assert [month.schema for month in figures.months] == [2, 2, 4, 4, newest_version(), newest_version()]
    assert (figures.lost, figures.invented, figures.problems) == (0, 0, [])
    assert figures.sent == figures.stored + figures.set_apart > 5_000
