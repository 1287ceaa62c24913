"""Kill two writing actions at random instants on one store. `python -m tests.slow.kill9_actions DIR KILLS [SEED]`."""

import random
import shutil
import sys
import time
from pathlib import Path

from tests.slow.actions import ACTIONS, call, copied, effects, here, make_office, sound


class Killer:
    """A store from which every action is possible, copied for each attack by two writers."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.rng = folder, random.Random(seed)
        self.office = make_office(folder / "office")
        self.seconds = dict.fromkeys(ACTIONS, 1.0)

    def attack(self, number: int, first: str) -> int:
        """Start an action and another, kill each at a random instant, look at the store; return how many ran still."""
        mine = copied(self.office, self.folder / f"attack-{number}")
        out = mine.folder / "out"
        out.mkdir()
        mine.prepare(first)
        before, second = effects(mine, out), self.rng.choice([name for name in ACTIONS if name != first])
        began = time.monotonic()
        running = [
            (call(mine.store, mine.words(action, out), mine.folder / f"answer-{at}"), action)
            for at, action in enumerate((first, second))
        ]
        killed = 0
        for process, action in running:
            process.join(self.rng.uniform(0, 1.2 * self.seconds[action]))
            killed += process.is_alive()
            process.kill()
            process.join()
            if process.exitcode != -9:
                self.seconds[action] = max(0.1, time.monotonic() - began)
        self._look(mine, f"{first} and {second}, attack {number}")
        lost = {place for place, _ in before if place.startswith("uploads/")} - {
            place for place, _ in effects(mine, out) if place.startswith("uploads/")
        }
        assert not lost, lost
        shutil.rmtree(mine.folder)
        return killed

    def _look(self, mine, case: str) -> None:
        """The store is sound at once, after the next writer, and nothing of the killed is left."""
        rebuilding = "rebuild" in case
        assert rebuilding or sound(mine.store) == [], (case, sound(mine.store))
        if rebuilding:
            assert here(mine.store, ["rebuild"])[0] in (0, 1), case
        file = str(mine.folder / "files" / "more.csv")
        words = ["import", "ballots", file, "--round", "2030", "--rules", "demo-2025", "--accept-warnings", "小样"]
        code, said = here(mine.store, words)
        assert code == 0, (case, said)
        assert rebuilding or sound(mine.store) == [], (case, sound(mine.store))
        left = [path for path in (mine.store / "staging").iterdir() if path.is_dir()]
        left += [path for path in mine.folder.glob(".[a-z]*-*") if path.is_dir()]
        assert not left, (case, left)


def run(folder: Path, kills: int, seed: int = 1) -> dict[str, int]:
    """Attack until so many writers were killed while they ran; return how many attacks and kills there were."""
    killer = Killer(folder, seed)
    killed, attacks, names = 0, 0, list(ACTIONS)
    while killed < kills:
        killed += killer.attack(attacks, names[attacks % len(names)])
        attacks += 1
    return {"attacks": attacks, "killed": killed}


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), int(sys.argv[2]), int([*sys.argv, "1"][3])))
