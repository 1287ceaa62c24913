"""Every page through the real main script, over an empty store and over the demonstration city."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from data.sample.city import GROUPS
from data.store import Store
from schemes import OTHER_SCHEMES
from schemes.worked_examples import in_words, worked_examples
from settings import ROOT
from tests.support.stores import RULES
from ui import cached

PAGES = (
    "browse/home",
    "browse/ranking",
    "browse/changes",
    "browse/unit",
    "browse/find",
    "browse/compare",
    "browse/pledges",
    "browse/evaluators",
    "act/bottom",
    "act/bulletin",
    "method/methods",
)


FIRST = PAGES[0]
DOUBLED = re.compile(r"\b([a-z]{2,}) \1\b")


def opened(page, store, monkeypatch, language="zh", **query):
    monkeypatch.setenv("BIAOCHI_STORE", str(store))
    for part in (cached.store, cached.release_by_id):
        part.clear()
    test = AppTest.from_file(str(ROOT / "pages" / "entry" / "main.py"), default_timeout=60)
    test.query_params.update({"lang": language, **query})
    if page != FIRST:  # the page that opens without an address; any other is addressed by its name, which saves a run
        test.switch_page(f"../{page}.py")
    test.run()
    assert not test.exception, test.exception
    return test


PRINTED_NUMBER = re.compile(r"[-+−<>≈ ]*\d[\d,.]*%?( ?[–→] ?[-+−]?\d[\d,.]*%?)?")


def badly_sorted(frame):
    """Columns of a grid that sort 1, 10, 2, since their numbers are texts, or that are read with 14 decimals."""
    texts = {name: [str(value) for value in frame[name].dropna() if value not in ("", "–")] for name in frame}
    wrong = [name for name, own in texts.items() if frame[name].dtype.kind not in "iufb" and printed(own)]
    floats = [name for name in frame if frame[name].dtype.kind == "f"]
    return wrong + [name for name in floats if any(len(text.partition(".")[2]) > 6 for text in texts[name])]


def printed(texts):
    return bool(texts) and all(PRINTED_NUMBER.fullmatch(text) for text in texts)


def told_by(test):
    """Every sentence of a page, with those of its HTML without their tags."""
    html = [re.sub(r"<[^>]*>", "", item.value) for item in test.html]
    return [item.value for item in [*test.markdown, *test.caption, *test.subheader]] + html


def published(path, kind, text):
    """A store with one file of 2025 under the rules of the demonstration, published."""
    store = Store(path)
    store.add_rules(RULES)
    assert store.import_files(kind, [("票.csv", text.encode())], "2025").stored
    store.publish()
    return path


def eight_units(satisfied):
    """Counts of eight units by three groups; satisfied: place of the unit -> how many of a group are."""
    lines = [f"单位{place},{group},{satisfied(place)},30,20\n" for place in range(8) for group in GROUPS]
    return "参评单位,评议主体,满意,基本满意,不满意\n" + "".join(lines)


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.sweep)])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(page, language, demo_path, monkeypatch):
    test = opened(page, demo_path, monkeypatch, language)
    assert len(test.title) + sum("<h1>" in item.value for item in test.html) == 1
    assert not test.error
    assert not [text for text in told_by(test) if DOUBLED.search(text)]  # "of the the year 2025"
    assert [column for frame in test.dataframe for column in badly_sorted(frame.value)] == []


@pytest.mark.sample
@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("page", "query"), [("browse/trust", {}), ("browse/ranking", {"classes": "true"})])
def test_further_grids_sort_by_their_numbers_and_files_say_what_they_hold(
    demo_path, monkeypatch, page, query, language
):
    test = opened(page, demo_path, monkeypatch, language, **query)
    assert len(test.dataframe) and [name for grid in test.dataframe for name in badly_sorted(grid.value)] == []
    held = [caption.value for caption in test.caption if caption.value.startswith(("文件内容", "The file holds"))]
    assert held and all("2025" in text for text in held)


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_store_says_what_to_do(page, tmp_path, monkeypatch):
    test = opened(page, tmp_path / "none", monkeypatch)
    assert [info.value for info in test.info] == ["还没有发布任何结果。请先上传一个批次的评议票并发布。"]
    assert not test.dataframe


def test_the_ranking_holds_one_category_its_table_is_the_ranking_and_search_narrows_it(demo_path, monkeypatch):
    test = opened("browse/ranking", demo_path, monkeypatch)
    category = test.selectbox(key="address_category").value
    rows = cached.ranking(cached.round_of(cached.release(), "2025")).rows
    rows = rows[(rows["category"] == category) & rows["rank"].notna()]
    shown = test.dataframe[0].value
    assert [text.split("（")[0] for text in shown["unit_name"]] == [text.split("（")[0] for text in rows["unit_name"]]
    # A cell that is copied alone takes verdict and interval along, if the unit may be at the bottom.
    assert shown["rank"].tolist() == rows["rank"].tolist() and shown["score"].dtype.kind == "f"
    spans = [f"{low:.2f} – {high:.2f}" for low, high in zip(shown["low"], shown["high"], strict=True)]
    copied = zip(shown["unit_name"], shown["verdict_words"], spans, strict=True)
    alone = [(name, f"（{word}，{span}）") for name, word, span in copied if word != "确认不在末位"]
    assert alone and all(name.endswith(told) for name, told in alone)
    test.text_input(key="address_search").set_value("市妇联").run()
    assert [text.split("（")[0] for text in test.dataframe[0].value["unit_name"]] == ["市妇联"]


def test_the_bottom_page_names_only_the_confirmed(demo_path, monkeypatch):
    test = opened("act/bottom", demo_path, monkeypatch, category="公共服务单位", round="2025")
    assert test.selectbox(key="address_category").value == "公共服务单位"
    texts = [one.value for one in test.markdown]
    assert any("◆ 市殡葬服务中心" in text for text in texts)
    assert not any("◆ 市燃气公司" in text for text in texts)
    undecided = next(rows_of(item.value) for item in test.html if "<caption>证据不足" in item.value)
    names = ["市燃气公司", "市公交公司", "市图书馆", "市环境卫生中心"]
    assert [row[0] for row in undecided] == names
    # A name is never without verdict, places, interval and votes.
    assert all("证据不足" in row[1] and "–" in row[2] and "–" in row[3] and row[4].isdigit() for row in undecided)


def test_the_bottom_lists_of_all_categories_are_on_a_page(demo_path, monkeypatch):
    test = opened("act/bottom", demo_path, monkeypatch, round="2025")
    assert "4 个确认末位" in test.subheader[0].value
    confirmed = next(rows_of(item.value) for item in test.html if "<caption>确认末位" in item.value)
    assert [row[0] for row in confirmed] == ["市委网信办", "市殡葬服务中心", "市卫生健康委员会", "市司法局"]


def rows_of(html):
    """The cells of a table, row by row, without their tags."""
    body = html.partition("<tbody")[2]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells]


@pytest.mark.sweep
def test_a_category_without_any_difference_offers_no_list(tmp_path, monkeypatch):
    store = published(tmp_path / "store", "counts", eight_units(lambda place: 60 + place))
    test = opened("act/bottom", store, monkeypatch)
    assert "不能据以区分名次" in test.subheader[0].value
    assert [warning.value for warning in test.warning] == ["各单位得分差异未超出偶然波动，不提供名单。"]
    assert not any("◆" in header.value for header in test.subheader)


def test_the_unit_page_says_why(demo_path, monkeypatch):
    test = opened("browse/unit", demo_path, monkeypatch, unit="ZY082", round="2025")
    metrics = {metric.label: metric.value for metric in test.metric}
    assert metrics["认定"] == "确认末位" and metrics["名次区间"] == "17"
    assert test.subheader[0].value.startswith("据 ") and "经统计检验" in test.subheader[0].value


@pytest.fixture(scope="module")
def nobody_ranked(tmp_path_factory):
    """A published round of two ballots; the tests only look."""
    text = "票号,评议主体,参评单位,评价\n1,普通群众,市公安局,满意\n2,服务对象,市教育局,满意\n"
    return published(tmp_path_factory.mktemp("nobody") / "store", "ballots", text)


IN_BOTH = ("browse/home", "act/bottom")
"""The pages that have a sentence of their own for a round in which nobody is ranked."""
BOTH = [
    *((page, "zh") for page in PAGES),
    *(pytest.param(page, "en", marks=[] if page in IN_BOTH else [pytest.mark.sweep]) for page in PAGES),
]


@pytest.mark.sweep
@pytest.mark.parametrize(("page", "language"), BOTH)
def test_a_round_in_which_nobody_is_ranked_shows_no_empty_figures(page, language, nobody_ranked, monkeypatch):
    test = opened(page, nobody_ranked, monkeypatch, language)
    told = "\n".join(told_by(test))
    assert "– 分" not in told and "– points" not in told
    if page in IN_BOTH:
        assert {"zh": "没有参与排名的单位", "en": "is ranked; there is no list"}[language] in told.replace("\\", "")
    if page != "method/methods":
        assert not test.get("plotly_chart")


@pytest.mark.sweep
def test_the_one_category_of_a_round_without_categories_has_a_word(tmp_path, monkeypatch):
    store = published(tmp_path / "store", "counts", eight_units(lambda place: 60 + 3 * place))
    for language, name in (("zh", "全部单位"), ("en", "all units")):
        test = opened("act/bottom", store, monkeypatch, language)
        assert test.selectbox(key="address_category").options == [name]
        assert any(name in text for text in told_by(opened("browse/home", store, monkeypatch, language)))


def as_text(case):
    """A case as its table prints it: a grid sorts numbers as numbers."""
    return case if isinstance(case, str) else f"{case:g}"


@pytest.mark.sweep
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_of_methods_shows_every_worked_example_of_the_schemes(demo_path, monkeypatch, lang):
    test = opened("method/methods", demo_path, monkeypatch, lang)
    tables = [element.value for element in test.dataframe]
    for scheme in OTHER_SCHEMES:
        wanted = [(example.case, *in_words(example, lang)) for example in worked_examples(scheme.name)]
        shown = [
            [(as_text(case), section, given, result) for section, case, given, result in table.itertuples(index=False)]
            for table in tables
            if len(table.columns) == 4 and len(table) == len(wanted)
        ]
        assert wanted in shown, scheme.name
        if lang == "zh":
            assert not [cell for row in wanted for cell in row[1:] if re.search(r"[a-z]+_[a-z]+", cell)]
