"""A Streamlit server with the least page that has a click, to compare with: served by `bench.pages_in_browser`."""

import streamlit as st

st.title("Bare page")
st.radio("Choice", ["one", "two"], key="choice")
st.write(st.session_state["choice"])
