"""查找单位 · Find a unit: by name, short name, earlier name, code or initials, with its newest place."""

import streamlit as st

from i18n import N_
from ui import cached, layout, markup, unit_search
from ui.i18n import _

release = layout.page(N_("Find a unit"))
asked = st.query_params.get("q", "").strip()
if not asked:
    st.markdown(
        _(
            "Type into the field at the top of any page: a name or a part of it, a short or earlier name, a code, or "
            "the initials of the Pinyin, such as sgaj."
        )
    )
    st.stop()

found = cached.directory(release).find(asked)
if not found:
    st.info(_("No unit of any round fits “{text}”.").format(text=layout.plain(asked)))
    st.stop()
markup.show(unit_search.result(release, asked, found))
if len(found) > 1:
    unit_search.compare_link(release, found)
