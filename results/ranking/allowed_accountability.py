"""What the evidence of the release in force allows to be stated of units at the bottom, for imports that rest on it."""

from contextlib import closing
from functools import cached_property

from analytics.verdicts import CONFIRMED
from data.store import Store
from data.store.release import Round
from data.store.round_status import TRIAL, WITHDRAWN
from i18n import LANGUAGES, N_, translate
from results.ranking.bottom_list import BottomList, bottom_lists
from results.ranking.rows import records

Sentences = dict[str, str]
NOT_A_RESULT = frozenset({TRIAL, WITHDRAWN})
NOT_EVALUATED = N_("The unit {unit} has no result in round {round}.")


class ReleaseClaims:
    """Claims about the rounds of a store's release in force; read when first asked, a round at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._by_round: dict[str, dict[str, Sentences | None]] = {}

    def rounds(self) -> list[str]:
        """Return the rounds whose results are in force."""
        return self._rounds

    @cached_property
    def _rounds(self) -> list[str]:
        release = self.store.release()
        if release is None:
            return []
        with closing(release):
            return [name for name in release.scored_rounds if release.status(name) not in NOT_A_RESULT]

    def bottom(self, round_id: str, unit_code: str) -> Sentences | None:
        """Return why a unit must not be named at the bottom, by language; None if it is confirmed there."""
        lacking = {
            language: translate(NOT_EVALUATED, language).format(unit=unit_code, round=round_id)
            for language in LANGUAGES
        }
        return self.by_unit(round_id).get(unit_code, lacking)

    def by_unit(self, round_id: str) -> dict[str, Sentences | None]:
        """Return the same for every unit of a round."""
        if round_id not in self._by_round:
            self._by_round[round_id] = self._read(round_id)
        return self._by_round[round_id]

    def _read(self, round_id: str) -> dict[str, Sentences | None]:
        release = self.store.release()
        if release is None:
            return {}
        with closing(release):
            return bottom_claims_of(release.round(round_id))


def bottom_claims_of(round_: Round) -> dict[str, Sentences | None]:
    """Return every unit of a round with why it must not be named at the bottom; None for those confirmed there."""
    return {code: why for listed in bottom_lists(round_) for code, why in _of_list(listed).items()}


def _of_list(listed: BottomList) -> dict[str, Sentences | None]:
    rows = [*records(listed.rows), *records(listed.not_ranked)]
    confirmed = {row["unit_code"] for row in rows if row["verdict"] == CONFIRMED and not listed.no_list}
    return {
        str(row["unit_code"]): None
        if row["unit_code"] in confirmed
        else {language: listed.sentences(row, language, gauged=False)[0] for language in LANGUAGES}
        for row in rows
    }
