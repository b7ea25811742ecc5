from tools.settings_reference import PAGE, render, rows

from bimmerhub.hub.config import HubConfig


def test_the_page_is_what_the_settings_say() -> None:
    page = PAGE.read_text("utf-8")
    assert page == render(page), "run: python -m tools.settings_reference"


def test_every_setting_is_described_in_a_sentence() -> None:
    assert [name for name, _, text in rows(HubConfig) if not text.endswith(".")] == []


def test_tables_and_entries_of_tables_are_listed() -> None:
    names = [name for name, _, _ in rows(HubConfig)]
    assert {"data_dir", "[hub] port", "[accounts.NAME] client_id"} <= set(names)
    assert len(names) == len(set(names))
