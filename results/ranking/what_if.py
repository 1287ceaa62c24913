"""Results of a published round under other rules; nothing is stored."""

from typing import Any

from numpy.typing import NDArray

from data.duckdb_access import write_database
from data.model.rule_sets import InvalidRulesError, RuleSet
from data.moments.votes import kind_of_grade
from data.store import Store
from data.store.release import RESULTS, Release, Round
from data.store.release_builder import round_tables
from data.store.scratch import work_folder
from problems import Problem
from results.ranking.family import WhatIf
from results.ranking.scoring_tables import tables_of


def what_if(store: Store, round_: Round, rules: RuleSet, without: NDArray[Any] | None = None) -> WhatIf:
    """Recount a round of a release under `rules`; `without` : codes of ballots that are left out.

    Raises InvalidRulesError when a grade or a group of the round's votes is not in the rules.
    """
    _refuse_unlisted(round_, rules)
    wanted = set(round_.release.upload_ids)
    uploads = [upload for upload in store.uploads() if upload.upload_id in wanted]
    with work_folder() as scratch:
        tables = round_tables(scratch, uploads, round_.id, rules, without)
        write_database(scratch / RESULTS, tables, "build/schema")
        again = Release(scratch)
        try:
            return WhatIf(rules, tables_of(again.round(round_.id), rules))
        finally:
            again.close()


def _refuse_unlisted(round_: Round, rules: RuleSet) -> None:
    """Refuse grades and groups of the votes that the rules do not list."""
    used = round_.query("round_words")
    problems = []
    grades = [grade for grade in sorted(set(used["grade"])) if grade and not _knows(grade, rules)]
    known = [*rules.points, *rules.unscored]
    problems += [Problem("unknown_grade", value=g, facts={"known": known}) for g in grades]
    listed = rules.group_names()
    if listed is not None:
        others = sorted(set(used["group_name"]) - set(listed))
        problems += [Problem("unknown_group", value=g, facts={"known": listed}) for g in others]
    if problems:
        raise InvalidRulesError(problems)


def _knows(grade: str, rules: RuleSet) -> bool:
    if grade in rules.points or kind_of_grade(grade, "", rules) != "scored":
        return True
    if rules.numeric is None:
        return False
    try:
        points = float(grade) * 100
    except ValueError:
        return False
    return rules.numeric.low <= points <= rules.numeric.high
