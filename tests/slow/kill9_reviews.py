"""Kill rulings, corrections and announcements at any instant. `python -m tests.slow.kill9_reviews DIR KILLS [SEED]`."""

import random
import sys
import time
from datetime import date
from pathlib import Path

from data.store import ImportOptions, Store
from data.store.kept_entries import content_of
from data.store.objections import Claim, Ruling, correct, give_preview, object_to, register, rule
from data.store.review import CORRECTION
from data.store.verify import check
from results.comparison.reviewed_figures import corrected, previewed
from tests.data.store.test_frozen_parts import UNITS, ballots, put
from tests.slow.actions import call
from tests.support.stores import SMALL

ROUND = "2025"
KINDS = ("rule", "correct", "announce")


class Killer:
    """A store under attack: each attack prepares what a step needs, starts it, and kills it while it runs."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng, self.count = random.Random(seed), 12
        self.path, self.answer = folder / "var", folder / "answer"
        self.store = Store(self.path, threads=1)
        self.store.add_rules(SMALL)
        put(self.store, "units", UNITS, ROUND)
        put(self.store, "ballots", ballots(), ROUND, accept_warnings="小样")
        self.store.publish()
        self.store.set_status(ROUND, "final", "审定")
        self._preview()
        call(self.path, ["rules", "list"], self.answer).join()  # the server of processes starts: no part of a step
        self.longest = {what: self._duration(what) for what in KINDS}

    def attack(self, what: str) -> bool:
        """Start a step, kill it at a random instant, look at the store. False when it ended before the kill."""
        words = self._prepare(what)
        before, events = self.store.in_force(), len(self.store.history())
        began = time.monotonic()
        process = call(self.path, list(words), self.answer)
        process.join(self.rng.uniform(0.0, 1.1 * self.longest[what]))
        running = process.is_alive()
        process.kill()
        process.join()
        if not running:
            self.longest[what] = max(0.1, time.monotonic() - began)
        self._sound(what, before, events)
        return running

    def _sound(self, what: str, before: str | None, events: int) -> None:
        """The step happened once or not at all; the release in force and the register tell the same."""
        damages = check(self.store)
        assert damages == [], (what, damages)
        history = self.store.history()
        assert len(history) - events in (0, 1), what
        newest = history[0] if len(history) > events else None
        assert newest is None or newest.action == {"rule": "ruling", "correct": CORRECTION, "announce": "status"}[what]
        found, in_force = register(self.store, ROUND, date.today()), self.store.in_force()
        assert (in_force != before) == (newest is not None and newest.action == CORRECTION)
        if newest is not None and newest.action == CORRECTION:
            kept = content_of(self.path, newest)
            assert (kept["before"], kept["after"]) == (before, in_force) and not found.awaiting
        elif what == "correct":
            assert found.awaiting, "the old release, and the ruling still asks for the correction"
        release = self.store.release()
        assert release is not None and release.rounds() == [ROUND]
        release.close()

    def _prepare(self, what: str) -> tuple[str, ...]:
        if what == "announce":
            return self._prepare_announcement()
        if what == "rule":
            number = self._objection()
            decided = ("--reason", "复核", "--by", "甲", "--second", "乙", "--outcome", "lifted")
            return ("objection", "rule", str(number), *decided)
        if not register(self.store, ROUND, date.today()).awaiting:
            public = Ruling("upheld", "属实", "乙", corrects=True, public="更正", by="甲")
            rule(self.store, self._objection(), public)
        if not self.store.has_changes():
            self._upload()
        return ("objection", "correct", "--round", ROUND, "--accept-warnings", "更正")

    def _prepare_announcement(self) -> tuple[str, ...]:
        if register(self.store, ROUND, date.today()).awaiting:
            if not self.store.has_changes():
                self._upload()
            correct(self.store, ROUND, corrected(ROUND))
        if self.store.status(ROUND).code == "announced":
            for status in ("withdrawn", "draft", "final"):
                self.store.set_status(ROUND, status, "再来")
            self._preview()
        return ("status", ROUND, "announced", "--reason", "公布", "--although", "各单位均已答复")

    def _objection(self) -> int:
        event = object_to(self.store, ROUND, Claim(("B", "乙局"), "data", "有误", "办公室"), 5)
        return event.step.objection

    def _upload(self) -> None:
        self.count += 1
        options = ImportOptions(replace=True, accept_warnings="更正")
        text = ballots(count=self.count).encode()
        assert self.store.import_files("ballots", [("b.csv", text)], ROUND, options).stored

    def _preview(self) -> None:
        release = self.store.release()
        rows = previewed(release.round(ROUND))
        release.close()
        give_preview(self.store, ROUND, rows, release.id, 5)

    def _duration(self, what: str) -> float:
        """Seconds of one undisturbed step: kills are drawn inside it."""
        words = self._prepare(what)
        start = time.monotonic()
        process = call(self.path, list(words), self.answer)
        process.join()
        assert process.exitcode == 0, (what, self.answer.read_text("utf-8"))
        return time.monotonic() - start


def run(folder: Path, kills: int, seed: int = 1) -> dict[str, int]:
    """Attack until so many steps were killed while they ran; how many of each. AssertionError when unsound."""
    killer = Killer(folder, seed)
    killed = dict.fromkeys(KINDS, 0)
    while sum(killed.values()) < kills:
        what = min(killed, key=lambda name: killed[name])
        killed[what] += killer.attack(what)
        print(killed, flush=True)
    return killed


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), int(sys.argv[2]), int([*sys.argv, "1"][3])))
