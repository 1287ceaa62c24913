"""Numbers for monitoring: of the store, in the format that monitoring reads, and nothing of the results."""

import re
from datetime import UTC, datetime, timedelta

from data.store.audit_log import log_action
from ui.metrics import metrics


def numbers(text):
    return {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", text, re.MULTILINE)}


def test_a_store_without_a_proved_backup_has_no_age_and_then_one(tmp_path):
    assert "biaochi_backup_age_seconds" not in numbers(metrics(tmp_path, False, 7))
    log_action(tmp_path, "backup verified", "x.zip")
    later = datetime.now(UTC) + timedelta(days=2)
    found = numbers(metrics(tmp_path, True, 7, later))
    assert 2 * 86400 - 60 < found["biaochi_backup_age_seconds"] < 2 * 86400 + 60
    assert (found["biaochi_ready"], found["biaochi_free_bytes"], found["biaochi_history_entries"]) == (1, 7, 0)
    assert found["biaochi_log_bytes"] > 0 and found["biaochi_resident_bytes"] > 1e6
