"""How many examples Hypothesis tries: at most 25 with every run, what is written with `--hypothesis-profile=nightly`.

`make test-slow` tries them all, and others every night; a run of `make test` tries the same ones each time, so that a
commit does not pass once and fail once.
"""

from hypothesis import settings

EVERY_RUN = 25


def examples(written: int, every_run: int = EVERY_RUN) -> settings:
    """Settings of one property test; the profile is known by the time that test modules are imported."""
    nightly = settings.get_current_profile_name() == "nightly"
    return settings(max_examples=written if nightly else min(written, every_run), deadline=None)
