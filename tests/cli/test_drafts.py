"""`biaochi drafts`: what the upload page left unfinished, listed and discarded from the command line."""

import hashlib

from data.store.drafts import Draft, drafts, keep_draft
from data.store.import_job import ImportOptions

CONTENT = "票号,评价\nS1,很差\n".encode()


def kept(store, round_id):
    digest = hashlib.sha256(CONTENT).hexdigest()
    about = {"errors": 1, "time": "2026-01-02T03:04:05+00:00", "user": "甲"}
    draft = Draft("ballots", round_id, "票.csv", len(CONTENT), digest, ImportOptions(), **about)
    return keep_draft(store, draft, lambda: CONTENT).draft_id


def test_drafts_are_listed_and_discarded(small):
    first, second, third = (kept(small.store, round_id) for round_id in ("2024", "2025", "2026"))
    rows = small.json("drafts")["rows"]
    assert {row["draft"] for row in rows} == {first, second, third}
    assert {(row["kind"], row["file"], row["errors"], row["user"]) for row in rows} == {("ballots", "票.csv", 1, "甲")}
    assert "评议票".encode() in small("drafts")
    small("drafts", "--discard", "nonsense", code=2)
    small("drafts", "--discard", first, "--discard-all", code=2)
    small("drafts", "--discard", first)
    assert {draft.draft_id for draft in drafts(small.store)} == {second, third}
    small("drafts", "--discard-all")
    assert drafts(small.store) == [] and "已删除未完成的上传：2 项" in small.err
    log = small("audit").decode("utf-8-sig")
    assert log.count("删除未完成的上传") == 3 and log.count("评议票") == 6
