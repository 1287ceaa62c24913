"""Small rounds that are corrected again and again, one ballot, name or category at a time."""

import random
from dataclasses import dataclass, field

GROUPS = ("普通群众", "服务对象", "两代表一委员")
GRADES = ("满意", "基本满意", "不满意")
HEADER = "票号,评议主体,参评单位,类别,评价"
KINDS = ("add", "remove", "change", "rename", "move", "box")


@dataclass
class CorrectedRound:
    """Ballots (group, {unit: grade}) and categories of a round, which `correct` changes in place.

    first_names : present name of a unit -> the name it had first.
    """

    draw: random.Random
    ballots: list = field(default_factory=list)
    category: dict = field(default_factory=dict)
    first_names: dict = field(default_factory=dict)

    @classmethod
    def drawn(cls, seed):
        draw = random.Random(seed)
        found = cls(draw)
        units = [f"单位{at}" for at in range(draw.randint(3, 6))]
        found.first_names = {name: name for name in units}
        found.category = {name: "甲类" if at < 3 or draw.random() < 0.5 else "乙类" for at, name in enumerate(units)}
        for group in GROUPS[: draw.randint(2, 3)]:
            for _ in range(draw.randint(9, 24)):
                found.ballots.append((group, found._grades()))
        return found

    def _grades(self):
        liked = self.draw.choice([0.5, 0.7, 0.9])
        graded = [unit for unit in self.category if self.draw.random() < 0.85]
        return {u: GRADES[0] if self.draw.random() < liked else self.draw.choice(GRADES[1:]) for u in graded}

    def correct(self, kind):
        """Change the round by the smallest step of a kind."""
        at = self.draw.randrange(len(self.ballots))
        unit = self.draw.choice(sorted(self.category))
        if kind == "add":
            group = self.draw.choice(sorted({group for group, _ in self.ballots}))
            graded = self._grades() or {unit: GRADES[2]}
            self.ballots.append((group, dict(list(graded.items())[: self.draw.choice([1, 2, 9])])))
        elif kind == "box":  # a ballot box that was found: many ballots at once
            groups = sorted({group for group, _ in self.ballots})
            self.ballots += [(group, self._grades()) for group in groups for _ in range(self.draw.randint(12, 30))]
        elif kind == "remove":
            del self.ballots[at]
        elif kind == "change" and self.ballots[at][1]:
            graded = self.ballots[at][1]
            one = self.draw.choice(sorted(graded))
            graded[one] = self.draw.choice([grade for grade in GRADES if grade != graded[one]])
        elif kind == "rename":
            self._rename(unit, f"{unit}改")
        elif kind == "move":
            self.category[unit] = "乙类" if self.category[unit] == "甲类" else "甲类"

    def _rename(self, old, new):
        self.ballots = [
            (group, {new if u == old else u: x for u, x in graded.items()}) for group, graded in self.ballots
        ]
        self.category = {new if u == old else u: name for u, name in self.category.items()}
        self.first_names = {new if u == old else u: name for u, name in self.first_names.items()}

    def file(self):
        """The ballots as a file to import."""
        lines = [
            f"{number},{group},{unit},{self.category[unit]},{grade}"
            for number, (group, graded) in enumerate(self.ballots, 1)
            for unit, grade in graded.items()
        ]
        return "\n".join([HEADER, *lines]) + "\n"

    def votes(self):
        """(first name, group, grade) -> votes."""
        found = {}
        for group, graded in self.ballots:
            for unit, grade in graded.items():
                key = (self.first_names[unit], group, grade)
                found[key] = found.get(key, 0) + 1
        return found
