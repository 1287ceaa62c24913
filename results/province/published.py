"""The results of a round as a city publishes them to its province: verdicts, places and scores as they stand.

The province shows them as they are; it computes none of them again.
"""

from data.store.history import read_history
from data.store.release import Round
from i18n import LANGUAGES
from results.ranking.bottom_list import BottomList, bottom_lists
from results.ranking.ranking import FIELDS
from results.ranking.rows import records

NAMED = "named"


def published_results(round_: Round) -> dict[str, object]:
    """Return the bottom lists of a round with every unit, and of which release they are. Raises RoundNotFoundError.

    time: when the release was published, UTC; '' if it was never in force.
    """
    lists = bottom_lists(round_)
    release = round_.release
    times = [event.time for event in read_history(release.store) if event.release == release.id]
    return {
        "release": release.id,
        "round": round_.id,
        "rules": round_.scored_rules.name,
        "status": round_.status,
        "time": min(times, default=""),
        "ballots": int(round_.about["evaluators"]),
        "categories": {own.family.name: _category(own) for own in lists},
    }


def _category(own: BottomList) -> dict[str, object]:
    """Return the list of a category: the rule, its border, and a row for every unit, worst first."""
    ranked = [
        {**row, NAMED: bool(named)} for row, named in zip(records(own.rows, FIELDS), own.rows[NAMED], strict=True)
    ]
    others = [{**row, NAMED: False} for row in records(own.not_ranked, FIELDS)]
    membership = {language: own.membership(language) for language in LANGUAGES}
    return {"k": own.family.places, "line": own.line, "rule": membership, "rows": [*ranked, *others]}
