"""Themes of short texts: what belongs together is together, order does not matter, and small groups stay hidden."""

import itertools
import random

import numpy as np
import pytest

from analytics.themes import FEWEST, names, tf_idf, themes, waits

QUEUE = [
    "窗口排队时间太长",
    "排队时间长，窗口开得少",
    "办事窗口排队太久了",
    "窗口少，排队要半天",
    "希望多开窗口减少排队",
]
GUIDE = [
    "办事指南看不懂",
    "办事指南不清楚，材料要跑几趟",
    "材料清单和办事指南不一致",
    "指南上的材料清单太旧",
    "希望更新办事指南和材料清单",
]
PARK = ["停车位太少", "门口停车难", "停车场收费高，停车位少", "停车没有地方", "周边停车位不够"]


def groups(label):
    return {frozenset(np.flatnonzero(label == k).tolist()) for k in set(label.tolist())}


def test_what_belongs_together_is_together():
    texts = QUEUE + GUIDE + PARK
    assert groups(themes(texts)) == {frozenset(range(5)), frozenset(range(5, 10)), frozenset(range(10, 15))}


def test_the_order_of_texts_does_not_matter():
    texts = QUEUE + GUIDE + PARK + QUEUE[:2]
    order = random.Random(3).sample(range(len(texts)), len(texts))
    first, second = themes(texts), themes([texts[at] for at in order])
    assert [int(first[at]) for at in order] == second.tolist()


def test_rows_have_unit_length_and_an_empty_list_has_no_theme():
    weighted = tf_idf(QUEUE)
    assert np.allclose(np.asarray(weighted.matrix.multiply(weighted.matrix).sum(axis=1)).ravel(), 1)
    assert len(themes([])) == 0 and themes(["一"]).tolist() == [0]


def test_a_theme_is_named_by_what_five_people_wrote():
    people = [f"P{at}" for at in range(5)]
    assert any("排队" in term for term in names(QUEUE, people, GUIDE + PARK))
    assert names(QUEUE, ["P0"] * 5, GUIDE) == ()
    assert not any("半天" in term for term in names(QUEUE, people, GUIDE))


@pytest.mark.parametrize(
    ("people", "shown", "answer"),
    [
        (range(4), [], True),
        (range(5), [], False),
        (range(5), [range(5)], False),
        (range(6), [range(5)], True),
        (range(5), [range(6)], True),
        (range(10), [range(5)], False),
        (range(11), [range(5), range(5, 10)], True),
        (range(20, 25), [range(5)], False),
    ],
)
def test_a_theme_waits_where_its_difference_to_another_release_is_small(people, shown, answer):
    assert waits([str(one) for one in people], [[str(one) for one in part] for part in shown]) is answer


def test_no_pair_of_shown_sets_differs_by_fewer_than_five():
    rng = random.Random(5)
    for _ in range(300):
        first = [set(rng.sample(range(30), rng.randint(5, 15)))]
        second = set(rng.sample(range(30), rng.randint(1, 20)))
        if not waits([str(one) for one in second], [[str(one) for one in part] for part in first]):
            for one, two in itertools.permutations((first[0], second)):
                assert not one & two or len(one - two) == 0 or len(one - two) >= FEWEST
