from tools.signals_reference import PAGE, render


def test_the_page_is_what_the_signals_say() -> None:
    page = PAGE.read_text("utf-8")
    assert page == render(page), "run: python -m tools.signals_reference"
