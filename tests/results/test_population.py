"""The population of a group, given in the rule set: what it does to the scores, what is told, and what is refused."""

import pytest

from analytics.scores import scores_from_moments
from data.store import Store
from results.ranking.family import PopulationExceededError, families
from results.ranking.population import about_whom
from tests.support.stores import RULES

GROUPS = ("普通群众", "服务对象", "两代表一委员")
POPULATION = """
[uncertainty.population."2025"]
"两代表一委员" = 200
"普通群众" = 9000
[uncertainty.population."2024"]
"两代表一委员" = 120
"""


def counts(shift):
    lines = ["参评单位,评议主体,满意,基本满意,不满意"]
    lines += [f"单位{i},{group},{150 - 5 * i},{40 - shift},{10 + 5 * i + shift}" for i in range(8) for group in GROUPS]
    return "\n".join(lines) + "\n"


@pytest.fixture
def release(biaochi, tmp_path):
    """Two rounds of 8 units with 200 votes a group, under a rule set that gives populations."""
    text = RULES[: RULES.index("[minimum]")] + '[bottom]\nrule = "last"\nk = 1\n' + POPULATION
    biaochi.rules(tmp_path, text.replace('name = "demo-2025"', 'name = "census"'))
    for shift, name in enumerate(("2025", "2024")):
        (tmp_path / f"{name}.csv").write_text(counts(shift), "utf-8")
        biaochi("import", "counts", tmp_path / f"{name}.csv", "--round", name)
    biaochi.publish()
    return Store(biaochi.store).release()


def test_a_complete_group_adds_no_error_and_more_voters_than_people_are_refused(release):
    (family,) = families(release.round("2025"))
    sampled = scores_from_moments(family.moments, family.weights)
    counted = scores_from_moments(family.moments, family.weights, population={"两代表一委员": 200, "普通群众": 9000})
    assert (family.scores.se == counted.se).all() and (family.scores.se < 0.9 * sampled.se).all()
    told = {language: about_whom(family, language) for language in ("zh", "en")}
    assert "200 of 200" in told["en"] and "200 of 9,000" in told["en"] and "no sampling error" in told["en"]
    assert "200 / 9,000 人" in told["zh"]
    with pytest.raises(PopulationExceededError) as refused:
        families(release.round("2024"))
    said = " ".join(refused.value.sentences("en"))
    assert "120 people" in said and "200 voted" in said and "两代表一委员" in said
