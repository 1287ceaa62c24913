"""The language of a session: from the address, else as before; one that does not exist changes nothing."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from ui.i18n import _, settle_language

    st.text(settle_language())
    st.text(_("Draft"))


def shown(**query):
    test = AppTest.from_function(page)
    test.query_params.update(query)
    test.run()
    assert not test.exception
    return [text.value for text in test.text]


@pytest.mark.parametrize("asked", [{}, {"lang": "fr"}, {"lang": ""}, {"lang": "zh"}])
def test_without_a_known_language_the_page_is_chinese(asked):
    assert shown(**asked) == ["zh", "草稿"]


def test_the_address_chooses_english_and_a_later_unknown_one_keeps_it():
    assert shown(lang="en") == ["en", "Draft"]
    test = AppTest.from_function(page)
    test.query_params["lang"] = "en"
    test.run()
    test.query_params["lang"] = "xx"
    test.run()
    assert not test.exception and [text.value for text in test.text] == ["en", "Draft"]
