"""Totals of pledges by plain loops over the rows of the files."""

from math import nan


def plain_totals(pledges, checks):
    """(unit, kind) -> totals. Files without percentages; every pledge has a weight."""
    found = {}
    for unit in {row["单位"] for row in pledges}:
        for kind, word in (("headline", "是"), ("routine", "否")):
            own = [row for row in pledges if row["单位"] == unit and row["重点"] == word]
            if own:
                found[unit, kind] = _totals(own, checks)
    return found


def _totals(pledges, checks):
    adjusted = cancelled = 0
    sums = {
        sort: {"known": 0, "met": 0.0, "of": 0.0, "completion": 0.0, "weight": 0.0} for sort in ("自报值", "核实值")
    }
    for pledge in pledges:
        own = [row for row in checks if row["承诺编号"] == pledge["承诺编号"]]
        own.sort(key=lambda row: row["核查日期"])
        status = own[-1]["完成状态"] if own else ""
        adjusted += status == "客观调整"
        cancelled += status == "取消"
        if status == "客观调整":
            continue
        for sort, sum_ in sums.items():
            met, completion = _outcome(pledge, own, sort, status)
            weight = float(pledge["分值"])
            if met is not None:
                sum_["known"] += 1
                sum_["met"] += weight * met
                sum_["of"] += weight
            if completion is not None:
                sum_["completion"] += weight * completion
                sum_["weight"] += weight
    totals = {"pledges": len(pledges), "counted": len(pledges) - adjusted, "adjusted": adjusted, "cancelled": cancelled}
    for sort, name in (("自报值", "reported"), ("核实值", "verified")):
        sum_ = sums[sort]
        totals[f"{name}_known"] = sum_["known"]
        totals[f"{name}_share_met"] = sum_["met"] / sum_["of"] if sum_["of"] else nan
        totals[f"{name}_completion"] = sum_["completion"] / sum_["weight"] if sum_["weight"] else nan
    return totals


def _outcome(pledge, checks, sort, status):
    """Whether it was met and how far, by one account."""
    values = [float(row[sort]) for row in checks if row[sort]]
    lower = pledge["方向"] == "越低越好"
    met = completion = None
    if not pledge["目标值"]:
        said = [row["完成状态"] for row in checks if sort == "自报值" or row["核验人"]]
        met = said[-1] == "已完成" if said else None
    elif values:
        value, target = values[-1], float(pledge["目标值"])
        met = value <= target if lower else value >= target
        share = (target / value if value > 0 else 9) if lower else value / target
        completion = min(max(100 * share, 0), 120)
    return (False if status == "取消" else met), completion
