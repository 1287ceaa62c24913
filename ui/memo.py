"""Functions whose newest answers are kept for all sessions.

Streamlit's cache reads the signature and builds a hash of the arguments at every call, 0.2 ms; a page asks thirty
times. Here the key is a tuple.
"""

import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
SCALARS = (str, int, float, bool, type(None))


class Memo(Generic[P, T]):
    """A function with its newest answers; each is computed once, however many sessions ask for it at the same time.

    Errors are not kept. A parameter that begins with an underscore is no part of the key.
    """

    def __init__(self, ask: Callable[P, T], entries: int, keys: Mapping[type, Callable[[Any], object]]) -> None:
        update_wrapper(self, ask)
        self._ask, self._entries, self._keys = ask, entries, keys
        parameters = inspect.signature(ask).parameters.values()
        self._parameters = [(each.name, each.default, not each.name.startswith("_")) for each in parameters]
        self._kept: OrderedDict[tuple[object, ...], T] = OrderedDict()
        self._busy: dict[tuple[object, ...], threading.RLock] = {}
        self._guard = threading.Lock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the answer to these arguments. Raises TypeError for an argument that has no id."""
        key = self._key(args, kwargs)
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            busy = self._busy.setdefault(key, threading.RLock())
        with busy:
            return self._computed(key, lambda: self._ask(*args, **kwargs))

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return len(self._kept)

    def clear(self) -> None:
        """Forget every answer."""
        with self._guard:
            self._kept.clear()

    def _computed(self, key: tuple[object, ...], ask: Callable[[], T]) -> T:
        with self._guard:
            if key in self._kept:
                return self._kept[key]
        try:
            answer = ask()
            with self._guard:
                self._kept[key] = answer
                while len(self._kept) > self._entries:
                    self._kept.popitem(last=False)
        finally:
            with self._guard:
                self._busy.pop(key, None)
        return answer

    def _key(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> tuple[object, ...]:
        """Return the arguments by place, defaults included: `f(x)` and `f(x, None)` are one question."""
        rest = (kwargs.get(name, default) for name, default, _ in self._parameters[len(args) :])
        values = zip((*args, *rest), self._parameters, strict=True)
        return tuple(self._id(value) for value, (_name, _default, counts) in values if counts)

    def _id(self, value: object) -> object:
        """Return what identifies an argument; its type is part of it, since 1, 1.0 and True are equal."""
        if isinstance(value, str):
            return value
        if type(value) in self._keys:
            return type(value), self._keys[type(value)](value)
        if isinstance(value, tuple):
            return tuple(map(self._id, value))
        if isinstance(value, SCALARS):
            return type(value), value
        raise TypeError(f"{type(value).__name__} has no id and cannot be part of a key")
