"""Whom the statements on a family are about, where the rules give the population of a group."""

from i18n import N_, PUNCTUATION, translate
from results.ranking.family import Family

ABOUT = N_(
    "The rules give the number of people: {groups}. For these groups the intervals and verdicts are about the opinion "
    "of exactly these people in this round, not about how others would judge the units or how the same people would "
    "judge them on another day."
)
GROUP = N_("{group} {voted} of {people}")
COMPLETE = N_("A group that voted completely adds no sampling error.")


def about_whom(family: Family, language: str) -> str:
    """Return the sentence on a declared population; empty where the rules give none."""
    groups = {str(group): at for at, group in enumerate(family.moments.groups)}
    people = {group: number for group, number in family.population.items() if group in groups}
    if not people:
        return ""
    voted = {group: int(family.moments.n[:, groups[group]].max(initial=0)) for group in people}
    words = translate(GROUP, language)
    voted_of = [words.format(group=g, voted=f"{voted[g]:,}", people=f"{people[g]:,}") for g in people]
    sentences = [translate(ABOUT, language).format(groups=PUNCTUATION[language].listed.join(voted_of))]
    if any(voted[group] == people[group] for group in people):
        sentences.append(translate(COMPLETE, language))
    return PUNCTUATION[language].gap.join(sentences)
