"""Which uploads are in force: a replacement ends the earlier ones of its kind and round, and no others."""

from data.store.uploads import Upload, active


def upload(number, kind="ballots", round_id="2025", replaces=False):
    return Upload(number, kind, round_id, "rules", f"{number:064d}", 1, replaces, ())


def numbers(uploads):
    return [item.number for item in active(uploads)]


def test_further_files_add_to_the_earlier_ones():
    assert numbers([upload(2), upload(1), upload(3, "units")]) == [1, 2, 3]


def test_a_replacement_leaves_other_rounds_and_kinds_alone():
    earlier = [upload(1), upload(2, round_id="2024"), upload(3, "units"), upload(4)]
    assert numbers([*earlier, upload(5, replaces=True)]) == [2, 3, 5]
    assert numbers([*earlier, upload(5, "units", replaces=True), upload(6)]) == [1, 2, 4, 5, 6]


def test_what_came_after_a_replacement_stays():
    assert numbers([upload(1), upload(2, replaces=True), upload(3)]) == [2, 3]
