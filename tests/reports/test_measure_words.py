"""Values of measures in words: shares, money, lengths and counts."""

import pytest

from reports.measure_words import kilometres, value_words, yuan


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(1_400_000_000, "14,000,000"), (1, "0.01"), (50, "0.50"), (150_000, "1,500"), (-20_050, "-200.50")],
)
def test_money_has_decimals_only_where_it_needs_them(fen, shown):
    assert yuan(fen) == shown
    assert value_words({"value": fen}, "fen", "zh") == f"{shown}元" and shown in value_words(
        {"value": fen}, "fen", "en"
    )


@pytest.mark.parametrize(("metres", "shown"), [(24_000, "24.0"), (20_500, "20.5"), (44_505, "44.505"), (50, "0.05")])
def test_metres_are_shown_as_kilometres_to_the_metre(metres, shown):
    assert kilometres(metres) == shown
    assert value_words({"value": metres}, "metres", "en") == f"{shown} km"


def test_nothing_in_the_base_is_no_value():
    for counts in ("fen", "metres", "share"):
        assert value_words({"value": None}, counts, "zh") == value_words({"value": None}, counts, "en") == "–"
