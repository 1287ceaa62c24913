"""The description of the method in two languages: same parts, every number filled in."""

import re

from i18n import LANGUAGES
from results import method_text


def shape(language):
    """Each block by its kind, with the formula, the table or the number of lines."""
    for block in method_text.blocks(language):
        if block.startswith("$$") or method_text.TABLE.fullmatch(block):
            yield block
        else:
            yield re.match(r"(## |- |1\. |\| )?", block)[0], block.count("\n")


def test_both_languages_have_the_same_parts_and_formulas():
    assert list(shape("zh")) == list(shape("en"))
    assert sum(block.startswith("## ") for block in method_text.blocks("zh")) >= 6


def test_both_languages_use_every_number_and_no_other():
    for language in LANGUAGES:
        used = set(method_text.PLACEHOLDER.findall(method_text.source(language)))
        assert used == set(method_text.values())


def test_every_placeholder_is_filled_and_escaped():
    for language in LANGUAGES:
        left = [b for b in method_text.blocks(language, lambda value: f"<{value}>") if "[[" in b]
        assert all(method_text.TABLE.fullmatch(block) for block in left)
        text = "\n".join(method_text.blocks(language, lambda value: f"<{value}>"))
        assert "<0.05>" in text and "c = <" in text


def test_the_first_section_has_five_sentences():
    for language, first in (("zh", "。"), ("en", "A score is the mean of the grades given by each evaluator group")):
        sentences = method_text.in_five_sentences(language)
        assert len(sentences) == 5
        assert first in sentences[0] and not sentences[0].startswith("1")
