"""The key that names are matched on: spellings of one name share it, look-alikes do not."""

import pytest

from data.model.names import match_key, tidy


@pytest.mark.parametrize(
    "written",
    [
        "市IT中心（A区）",
        "市it中心(a区)",
        " 市 IT\n中心（A区） ",
        "市ＩＴ中心（Ａ区）",
        "市\u200bIT中心\ufeff（A区）",
        "市It中心(A区)",
    ],
)
def test_spellings_of_one_name_share_their_key(written):
    assert match_key(written) == match_key("市IT中心（A区）")


@pytest.mark.parametrize("other", ["巿IT中心（A区）", "市IT中心（B区）", "市IT中心", "市ІТ中心（A区）"])
def test_another_name_has_another_key(other):
    assert match_key(other) != match_key("市IT中心（A区）")


def test_a_name_is_kept_as_written_but_for_what_cannot_be_seen():
    assert tidy(" 市\u200bIT\n 中心（A区）") == "市IT 中心（A区）"
