"""Ballots of twelve cities: some with sites, some with several weighted indicators, all from a fixed seed."""

from pathlib import Path

import numpy as np

from tests.support.stores import RULES

CITIES = 12
UNITS = 60
GROUPS = ("普通群众", "服务对象", "两代表一委员")
GRADES = np.array(["满意", "基本满意", "不满意", "不了解"])
WEIGHTED = RULES.replace('name = "demo-2025"', 'name = "weighted"').replace(
    "[averaging]", '[indicators]\n"服务态度" = 0.37\n"办事效率" = 0.63\n\n[averaging]'
)


def write_city(path: Path, city: int, lines: int) -> Path:
    """Write the ballots of a city as UTF-8 CSV. A ballot grades 5 to 60 units; every third city names its sites."""
    rng = np.random.default_rng(city)
    asked = ("服务态度", "办事效率") if is_weighted(city) else ("总体评价",)
    names = [f"市{number:02d}号局" for number in range(UNITS)]
    head = "票号,评议主体,会场,参评单位,测评指标,评价\r\n"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(head)
        ballot = 0
        while lines > 0:
            chosen = np.sort(rng.permutation(UNITS)[: rng.integers(5, UNITS + 1)])
            grades = GRADES[rng.choice(4, size=(len(chosen), len(asked)), p=[0.6, 0.25, 0.1, 0.05])]
            site = f"{rng.integers(40):02d}号会场" if city % 3 == 0 and ballot % 5 else ""
            about = f"{city:02d}-{ballot:07d},{GROUPS[min(ballot % 20 // 9, 2)]},{site}"
            file.writelines(
                f"{about},{names[unit]},{indicator},{grade}\r\n"
                for unit, of_unit in zip(chosen, grades, strict=True)
                for indicator, grade in zip(asked, of_unit, strict=True)
            )
            lines -= grades.size
            ballot += 1
    return path


def is_weighted(city: int) -> bool:
    """Whether the votes of a city are means of two indicators."""
    return city % 4 == 1
