"""What the state says of the demo's cars is true, or was when they measured it."""

from bench.accuracy import measure_accuracy

HALVES = {"latitude_deg", "longitude_deg"}
"""Their time is that of the older half, which the newer half need not have been true at."""


def test_no_signal_of_the_demos_cars_is_wrong() -> None:
    figures = measure_accuracy(days=4, moments=400, models=("bev", "phev", "ice"))
    wrong = {
        (code, name): row["example"]
        for code, signals in figures["cars"].items()
        for name, row in signals.items()
        if name not in HALVES and "wrong" in row
    }
    assert wrong == {}
    missing = {
        (code, name) for code, signals in figures["cars"].items() for name, row in signals.items() if "missing" in row
    }
    assert missing == set()
    assert {code: len(signals) >= 50 for code, signals in figures["cars"].items()} == dict.fromkeys(
        figures["cars"], True
    )
