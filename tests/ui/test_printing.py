"""A printed page has its grids as tables of text, with all lines and columns as the grid formats them."""

import re

import pytest
from streamlit.testing.v1 import AppTest

PAGE = """
import pandas as pd
import streamlit as st

from ui import address, printing

lines = range(40)
frame = pd.DataFrame({"name": [f"第{n}局" for n in lines], "score": [n + 0.123 for n in lines], "code": list(lines)})
config = {"name": "单位", "score": st.column_config.NumberColumn("得分", format="%.2f"), "code": None}
shown = printing.grid(frame, hide_index=True, key="units", column_config=config, alt="各单位得分")
st.text(f"chosen: {list(shown.selection.rows) if address.is_printed() else []}")
"""


@pytest.mark.parametrize("view", ["", "print"])
def test_a_grid_is_a_table_on_paper_only(view):
    page = AppTest.from_string(PAGE)
    if view:
        page.query_params["view"] = view
    page.run()
    assert not page.exception
    assert len(page.dataframe) == (0 if view else 1)
    assert page.text[0].value == "chosen: []"
    shown = "".join(str(block.proto.body) for block in page.get("html"))
    assert ("第39局" in shown) == bool(view)
    if view:
        heads, cells = re.findall(r"<th scope=.col.[^>]*>([^<]*)", shown), re.findall(r"<td[^>]*>([^<]*)", shown)
        assert (heads, cells[-1]) == (["单位", "得分"], "39.12")
        assert "各单位得分" in shown
