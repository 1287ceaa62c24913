"""City, office, contact and logo of the settings: on pages, papers and notices, and what is refused."""

import io

import pytest
from PIL import Image

import settings
from data.store import Store
from reports.documents import bulletin, round_results
from reports.notice_parts import NoticeParts, remember_parts, remembered_parts
from reports.public_export import prepare
from ui import name_plate

CITY = {"BIAOCHI_CITY": "示范市", "BIAOCHI_OFFICE": "市委群众工作局", "BIAOCHI_CONTACT": "督查科，028-0000000"}


def picture(kind: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(content, kind)
    return content.getvalue()


@pytest.fixture
def logo(tmp_path):
    """logo(content) -> environment that names a file with this content."""

    def write(content: bytes) -> dict[str, str]:
        (tmp_path / "logo").write_bytes(content)
        return {"BIAOCHI_LOGO": str(tmp_path / "logo")}

    return write


def test_a_logo_is_a_picture_that_pages_can_carry(logo, tmp_path):
    assert settings.load({}).logo is None
    for kind, media in {"PNG": "image/png", "JPEG": "image/jpeg"}.items():
        address = name_plate.picture_address(settings.load(logo(picture(kind))).logo)
        assert address.startswith(f"data:{media};base64,")
    for content, sentence in {
        b"<svg onload='x'/>": "must be a PNG or JPEG picture",
        picture("PNG") + bytes(settings.LARGEST_LOGO): "at most 256 KB",
    }.items():
        with pytest.raises(settings.InvalidSettingError, match=sentence):
            settings.load(logo(content))
    with pytest.raises(settings.InvalidSettingError, match="there is no file"):
        settings.load({"BIAOCHI_LOGO": str(tmp_path / "none.png")})


def test_the_plate_shows_names_as_they_are_and_the_logo_before_them():
    plain = name_plate.plate("标尺", "<城>")
    assert "&lt;城&gt;" in plain and "<image" not in plain and 'font-size="13"' in plain
    with_logo = name_plate.plate("标尺", "示范市经济技术开发区管委会", "data:image/png;base64,AA==")
    assert 'href="data:image/png;base64,AA=="' in with_logo and 'font-size="10"' in with_logo


def test_a_logo_that_was_deleted_leaves_the_pages_without_a_picture(tmp_path):
    assert name_plate.picture_address(tmp_path / "gone.png") == ""


@pytest.mark.sweep
def test_papers_and_notices_name_the_city_and_fall_back_on_office_and_contact(demo_path, tmp_path, monkeypatch):
    for name, text in CITY.items():
        monkeypatch.setenv(name, text)
    found = remembered_parts(tmp_path)
    assert [found[name] for name in ("city", "office", "contact")] == list(CITY.values())
    remember_parts(tmp_path, {"office": "另一个局"})
    assert remembered_parts(tmp_path)["office"] == "另一个局"
    store = Store(demo_path)
    round_ = store.release().round("2025")
    notice = NoticeParts(city="示范市")
    assert '<p class="city">示范市 · 标尺</p>' in prepare(store, round_, notice).page().decode()
    assert notice.options()[-4:-2] == ["--city", "示范市"] and "--city" not in NoticeParts().options()
    from cli.form_options import asked_form

    form = asked_form()
    assert (form.office, form.city) == ("市委群众工作局", "示范市")
    footers = [bulletin(round_results(round_), language, form).footer for language in ("zh", "en")]
    assert footers[0].startswith("标尺 · 示范市 · 发布版") and footers[1].startswith("Biaochi, 示范市 · release")
