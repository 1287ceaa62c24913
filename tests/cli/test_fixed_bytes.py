"""Release ids and files of pledges stay what they were, byte for byte: nothing that is added later may move them."""

import hashlib
import re

import pytest

from data.store.release import METHOD_VERSION
from i18n import ROOT

FILES = {
    "pledges.csv": ("pledges", "--round", "2025", "--format", "csv"),
    "pledges.json": ("pledges", "--round", "2025", "--format", "json"),
    "pledges.xlsx": ("pledges", "--round", "2025", "--format", "xlsx"),
    "by-post.csv": ("pledges", "--round", "2025", "--by", "post", "--format", "csv"),
    "as-of.csv": ("pledges", "--round", "2025", "--as-of", "2025-09-30", "--format", "csv"),
    "export-pledges.csv": ("export", "pledges", "--round", "2025"),
    "export-progress.csv": ("export", "progress", "--round", "2025"),
}


def test_the_release_of_the_demonstration_city_has_the_id_of_before(demo, golden):
    """Another method version, or other demonstration data, has another id, and is entered in the golden file."""
    (row,) = [row for row in demo.json("releases")["rows"] if row["action"] == "publish"]
    golden("release_of_the_demonstration.txt", f"method {METHOD_VERSION}: {row['release']}\n".encode())


def test_the_front_pages_name_a_single_release():
    """What `biaochi demo` and `biaochi replay` print there is compared with a run by docs/test_console.py."""
    front = [(ROOT / name).read_text("utf-8") for name in ("README.md", "README.en.md")]
    ids = {tuple(re.findall(r"^[0-9a-f]{64}$", text, re.MULTILINE)) for text in front}
    (((release,),),) = [ids]
    assert all(f"biaochi replay {release[:16]}\n" in text for text in front)
    assert release[:16] in (ROOT / "cli" / "examples.py").read_text("utf-8")


@pytest.mark.sweep
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_files_of_pledges_are_those_of_before(demo, golden, language, tmp_path):
    lines = []
    for name, words in FILES.items():
        path = tmp_path / name
        demo(*words, "-o", path, lang=language)
        lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n")
    golden(f"pledges_of_the_demonstration_{language}.sha256", "".join(lines).encode())
