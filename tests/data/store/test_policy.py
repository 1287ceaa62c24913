"""What may happen to a round, without a disk: each rule refuses by a sentence that names the round."""

import pytest

from data.model.working_days import Periods
from data.store import policy
from data.store.round_status import ANNOUNCED, DRAFT, FINAL, FOLLOWING, STATUSES, TRIAL, WITHDRAWN, RoundStatus
from data.store.uploads import Upload


def upload(number: int = 1, *, trial: bool = False) -> Upload:
    return Upload(number, "ballots", "2025", "rules", f"{number:064d}", 10, False, (), trial=trial)


def status(code: str) -> RoundStatus:
    return RoundStatus("2025", code, None)


def says(refusal) -> str:
    assert refusal is not None and refusal.exit_code == 2
    return refusal.sentence("en")


@pytest.mark.parametrize("code", [FINAL, ANNOUNCED, WITHDRAWN])
@pytest.mark.parametrize("trial", [True, False])
def test_a_round_that_is_finalised_takes_no_ballots_registers_or_rules(code, trial):
    for kind in ("ballots", "counts", "units", "unit_alias"):
        assert "2025" in says(policy.refuse_upload(kind, status(code), [upload()], trial))


@pytest.mark.parametrize("code", [FINAL, ANNOUNCED, WITHDRAWN])
def test_evidence_of_the_year_goes_on_and_a_ruling_opens_the_data(code):
    for kind in ("pledges", "progress", "votes"):
        assert policy.refuse_upload(kind, status(code), [upload()], False) is None
    assert policy.refuse_upload("ballots", status(code), [upload()], False, correcting=True) is None


def test_trial_and_formal_uploads_never_share_a_round():
    assert policy.refuse_upload("ballots", status(DRAFT), [upload()], False) is None
    assert policy.refuse_upload("ballots", status(TRIAL), [upload(trial=True)], True) is None
    assert policy.refuse_upload("ballots", status(""), [], True) is None
    assert "Clear the trial" in says(policy.refuse_upload("ballots", status(TRIAL), [upload(trial=True)], False))
    assert "back to draft" in says(policy.refuse_upload("ballots", status(TRIAL), [], False))
    assert "separate round name" in says(policy.refuse_upload("ballots", status(DRAFT), [upload()], True))


def test_a_table_that_closes_by_month_is_not_locked_by_the_round_and_has_no_trial():
    assert policy.refuse_upload("opinion", status(FINAL), [upload()], False) is None
    assert "no trial" in says(policy.refuse_upload("opinion", status(DRAFT), [], True))
    assert policy.refuse_as_of("opinion", "2026-03-31", True) is None
    assert "2026-3-31" in says(policy.refuse_as_of("opinion", "2026-3-31", False))
    assert "no as-of day" in says(policy.refuse_as_of("visit", "", True))


@pytest.mark.parametrize("current", STATUSES)
@pytest.mark.parametrize("following", STATUSES)
def test_a_status_follows_only_where_the_table_says_so(current, following):
    uploads = [] if following == TRIAL else [upload()]
    published = {item.upload_id for item in uploads}
    refusal = policy.refuse_status(status(current), following, uploads, published)
    assert (refusal is None) == (following in FOLLOWING[current] or following == current)


def test_what_is_announced_is_published_whole_and_what_is_withdrawn_in_part():
    both = [upload(1), upload(2)]
    first = {both[0].upload_id}
    assert "Publish them first" in says(policy.refuse_status(status(FINAL), ANNOUNCED, both, first))
    assert policy.refuse_status(status(FINAL), WITHDRAWN, both, first) is None
    assert "Publish them first" in says(policy.refuse_status(status(FINAL), WITHDRAWN, both, set()))
    assert "holds no uploads" in says(policy.refuse_status(status(DRAFT), FINAL, [], set()))
    assert "cannot become a trial" in says(policy.refuse_status(status(DRAFT), TRIAL, both, first))
    assert "Clear the trial round" in says(policy.refuse_status(status(DRAFT), FINAL, [upload(trial=True)], set()))


def test_a_call_needs_a_status_a_reason_and_periods_of_days():
    assert "没有" in policy.refuse_status_call("done", "x", None).sentence("zh")
    assert "reason" in says(policy.refuse_status_call(FINAL, "  ", None))
    assert "1 to 60 days" in says(policy.refuse_status_call(ANNOUNCED, "x", Periods(0, 5)))
    assert policy.refuse_status_call(ANNOUNCED, "x", Periods(5, 5)) is None


def test_going_back_brings_no_cleared_trial_and_changes_nothing_that_is_announced():
    assert "trial round that was cleared" in says(policy.refuse_rollback("a" * 64, ["u1", "u2"], {"u2"}))
    assert policy.refuse_rollback("a" * 64, ["u1"], {"u2"}) is None
    assert "2025 is announced" in says(policy.refuse_change_of_announced(["2025", "2024"], "a" * 64))
    assert policy.refuse_change_of_announced([], "a" * 64) is None


def test_what_was_announced_or_shown_changes_by_a_ruling_only():
    assert policy.refuse_change_of_fixed([], []) is None
    assert "2025 is announced or was shown" in says(policy.refuse_change_of_fixed(["2025"], []))
    assert "objection correct --round 2025" in says(policy.refuse_change_of_fixed(["2024", "2025"], ["2025"]))


def test_only_a_trial_is_cleared():
    assert policy.refuse_clearing("2025", [upload(trial=True)]) is None
    assert "is formal" in says(policy.refuse_clearing("2025", [upload()]))
    assert "holds no uploads" in says(policy.refuse_clearing("2025", []))
