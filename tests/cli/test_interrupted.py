"""A command that is interrupted says what state things are in: Ctrl+C, and the request to end of a service manager."""

import os
import signal
import subprocess
import sys
import time

import pytest

from data.store import Store
from i18n import ROOT
from tests.support.stores import RULES

LINES = 400_000
PATIENCE = 60


@pytest.mark.parametrize(
    ("sent", "language", "sentence"),
    [
        (signal.SIGTERM, "zh", "已中断。正在进行的步骤未保存，已完成的步骤保留。"),
        (signal.SIGINT, "en", "Interrupted. Nothing of the step at hand is stored; finished steps stay."),
    ],
)
def test_an_interrupted_import_says_that_nothing_is_stored(store_path, tmp_path, sent, language, sentence):
    Store(store_path).add_rules(RULES)
    path = tmp_path / "票.csv"
    path.write_text("票号,评议主体,参评单位,评价\n" + "".join(f"{n},普通群众,甲,满意\n" for n in range(LINES)), "utf-8")
    words = ["--store", str(store_path), "--lang", language, "import", "ballots", str(path), "--round", "2025"]
    command = [sys.executable, "-m", "cli", *words]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)
    until_it_reads(store_path / "staging", running)
    running.send_signal(sent)
    _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert sentence in err.decode()
    assert Store(store_path).uploads() == [] and list((store_path / "staging").iterdir()) == []


def until_it_reads(staging, running):
    """Wait for the folder into which the original is copied while it is read."""
    end = time.monotonic() + PATIENCE
    while not any(staging.glob("*/upload/evidence-*")):
        assert running.poll() is None and time.monotonic() < end
        time.sleep(0.01)
