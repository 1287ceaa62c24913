"""Identity of units through reforms: which code of an earlier round is the same unit under another code.

A link carries trends and consecutive years only where the table of reforms says so: a renaming does, a merger, a
split or a partial transfer does not. A unit that keeps its code needs no link.
"""

from data.model.record_keys import year_of
from data.store.release import Release, Round


def carried(earlier: Round, later: Round) -> dict[str, str]:
    """Map unit codes of the earlier round to codes in the later round, for units whose code changed.

    Links that begin after the later round do not count; two predecessors of one unit are no renaming.
    """
    before, after = (set(round_.units["unit_code"]) for round_ in (earlier, later))
    links = _links(later.release, _last_day(later))
    found = {code: _followed(code, links, after) for code in sorted(before - after)}
    reached = [code for code in found.values() if code is not None]
    return {old: new for old, new in found.items() if new is not None and reached.count(new) == 1 and new not in before}


def codes_of(release: Release, code: str) -> list[str]:
    """Return a unit's code and every code it had before or after, as far as reforms carry its trend."""
    known = [code]
    links = _links(release, "9999")
    for own in known:
        known += [old for old, new in links.items() if new == own and list(links.values()).count(new) == 1]
        known += [new for old, new in links.items() if old == own and list(links.values()).count(new) == 1]
        known[:] = dict.fromkeys(known)
    return known


def _links(release: Release, last: str) -> dict[str, str]:
    """Map predecessor to successor for every link that carries the trend and is valid on a day."""
    reforms = release.records("unit_lineage")
    links = reforms[reforms["carry_rank"].fillna(False) & (reforms["date"] <= last)]
    return dict(zip(links["from_code"].astype(str), links["to_code"].astype(str), strict=True))


def _last_day(round_: Round) -> str:
    """Return the closing day in the round's record, else the last day of the year in its name."""
    ends = round_.records("round")["end_date"].dropna()
    if len(ends):
        return str(ends.iloc[0])
    year = year_of(round_.id)
    return f"{year}-12-31" if year is not None else "9999"


def _followed(code: str, links: dict[str, str], wanted: set[str]) -> str | None:
    """Return the first successor in the later round; None when the links end or form a circle."""
    seen: set[str] = set()
    while code in links and code not in seen:
        seen.add(code)
        code = links[code]
        if code in wanted:
            return code
    return None
