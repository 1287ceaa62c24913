"""Work on one piece after the other while the next ones are already on other threads."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

THREADS = 2
"""Pieces at a time: cores of the smallest machine that the product is for. Each takes memory."""


def results_in_order(
    call: Callable[[Piece], Result], pieces: Iterable[Piece], *, waiting: int = 0
) -> Generator[Result, None, None]:
    """Yield the result of each piece in the order of the pieces; the first error ends it.

    pieces : are taken on the thread of the caller, as late as possible. waiting : finished results that may wait for
    an earlier piece, in addition to the THREADS at work.
    """
    ahead: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(THREADS)
    try:
        for piece in pieces:
            ahead.append(pool.submit(call, piece))
            if len(ahead) >= THREADS + waiting:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
