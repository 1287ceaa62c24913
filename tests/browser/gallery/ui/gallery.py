"""Streamlit's own texts come from these elements; ours are numbers, so that every word on the
page is Streamlit's.
"""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ui import charts, downloads, layout
from ui.i18n import settle_language

settle_language()
st.set_page_config(page_title="0")
layout.language_switch()
st.title("1")
st.file_uploader("2", key="file", type=["csv", "xlsx"])
st.file_uploader("3", key="files", accept_multiple_files=True)
st.selectbox("4", ["41", "42"], index=None, key="one")
st.multiselect("5", ["51", "52"], key="many")
st.multiselect("5", ["51", "52"], default=["51"], key="many_chosen")
st.number_input("6", 0, 9, key="number")
st.text_input("7", key="text", type="password")
st.text_area("8", key="area")
st.date_input("9", key="date")
with st.form("form"):
    st.text_input("10", key="in_form")
    st.form_submit_button("11")
table = pd.DataFrame({"12": [1.5, 2.5], "13": ["131", "132"]})
st.dataframe(table, key="table", alt="14", hide_index=True)
st.data_editor(table, key="editor", num_rows="dynamic")
st.dataframe(table.iloc[:0], key="none")
charts.show(go.Figure(go.Scatter(x=[1, 2], y=[2, 1])), key="chart", alt="15")
downloads.download("16", "17", "csv", b"18", key="download")
st.metric("19", 20, 1, chart_data=[1, 2])
st.tabs(["21", "22"])
st.expander("23").text("24")
st.popover("25", key="popover").text("26")
st.toggle("27", key="toggle", help="28")
st.slider("29", 0, 9, key="slider")
st.code("30")
st.segmented_control("31", ["32", "33"], key="segments")
st.button("34", key="button", help="35")
st.table(table)
st.status("36").text("37")
st.progress(0.5)
