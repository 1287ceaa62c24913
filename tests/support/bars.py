"""Bars that simulated years must hold: every figure printed beside its bar, and what is not held counted."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from numpy.typing import ArrayLike

from analytics.verdicts import holm

PROMISE = 0.05
PROCESSES = 2


def error_of(runs: int, share: float = PROMISE) -> float:
    """Monte Carlo standard error of a share of `runs` years."""
    return float(np.sqrt(share * (1 - share) / runs))


def printed_error(trials: int, share: float) -> str:
    """The Monte Carlo error of a share of so many independent trials, as a column.

    A trial of each kind is added, so that a share of 0 or 1 is not given as if it were exact.
    """
    return f"{error_of(trials, (trials * share + 1) / (trials + 2)):6.4f}"


class Bars:
    """A table of case, years, figure with its Monte Carlo error and bar, printed as it grows.

    `failed` are the rows that are not held.
    """

    def __init__(self, title: str) -> None:
        self.failed: list[str] = []
        self._worst: dict[str, tuple[float, str]] = {}
        print(f"\n{title}\n{'case':52}{'years':>6}  {'figure':34}{'found':>7}  {'+-':>6}  bar")

    def least(self, case: str, runs: int, figure: str, found: float, bar: float, trials: int | None = None) -> None:
        """At least `bar`. trials : independent ones of which `found` is the share, None for a share of years."""
        error = printed_error(trials or runs, found)
        self._row(case, runs, figure, found, error, f">= {bar:.3f}", found - bar)

    def covers(self, case: str, runs: int, figure: str, found: float, bar: float, intervals: int) -> None:
        """A cover of at least `bar`, less two Monte Carlo errors of so many intervals."""
        self.least(case, runs, figure, found, bar - 2 * error_of(intervals, bar), intervals)

    def most(self, case: str, runs: int, figure: str, found: float, bar: float, trials: int | None = None) -> None:
        """At most `bar`. trials : as for `least`."""
        error = printed_error(trials or runs, found)
        self._row(case, runs, figure, found, error, f"<= {bar:.3f}", bar - found)

    def rare(self, case: str, runs: int, figure: str, found: float) -> None:
        """A share of years with a wrong statement: 5% and two Monte Carlo errors."""
        self.most(case, runs, figure, found, PROMISE + 2 * error_of(runs))

    def narrow(self, case: str, runs: int, figure: str, widths: ArrayLike, bar: float) -> None:
        """A mean width, or ratio of widths, of at most `bar`. widths : shape (years,), or the mean alone."""
        each = np.atleast_1d(np.asarray(widths, dtype=np.float64))
        error = f"{each.std(ddof=1) / np.sqrt(len(each)):6.4f}" if len(each) > 1 else f"{'':6}"
        self._row(case, runs, figure, float(each.mean()), error, f"<= {bar:.3f}", bar - float(each.mean()))

    def _row(self, case: str, runs: int, figure: str, found: float, error: str, bar: str, room: float) -> None:
        text = f"{case:52}{runs:6}  {figure:34}{found:7.3f}  {error}  {bar}"
        print(text if room >= 0 else f"{text}  NOT HELD", flush=True)
        if room < 0:
            self.failed.append(text)
        if figure not in self._worst or room < self._worst[figure][0]:
            self._worst[figure] = room, text

    def judge(self) -> None:
        """Print the row of each figure that has the least room, and fail if any bar is not held."""
        print("least room:", *(text for _, text in self._worst.values()), sep="\n  ")
        assert not self.failed, "\n".join(["not held:", *self.failed])


def in_processes(jobs: Sequence[Callable]) -> list:
    """What each job returns, in their order, from processes of their own.

    Each multiplies on its own core; more threads than cores would only wait for each other.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            patch.setenv(name, "1")
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            return [future.result() for future in [pool.submit(job) for job in jobs]]


def wrong_years(raw: np.ndarray, units: int) -> int:
    """Years in which any unit is claimed, Holm over the `units` of the year; raw : shape (years * units,)."""
    return sum(bool((holm(year) <= PROMISE).any()) for year in raw.reshape(-1, units))
