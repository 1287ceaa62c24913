"""Errors that a person can meet. Messages are English source strings, translated where they are displayed.

A class says its message and exit code, so that no command and no page needs a list of classes.
"""

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from exit_codes import ExitCode
from i18n import N_, PUNCTUATION, translate
from problems import Problem

Detail = tuple[str, Mapping[str, object]]


def _unchanged(fact: object) -> object:
    return fact


class BiaochiError(Exception):
    """Base of all errors that a person can meet.

    message: an English sentence of the catalogues; a class with one sentence has it as an attribute. facts: what fills
    its braces. details: further sentences, each with its facts. problems: what is wrong with a file, where a file is
    the reason.
    """

    exit_code: ExitCode = ExitCode.WRONG_USAGE
    message: str = ""
    details: tuple[Detail, ...] = ()

    def __init__(self, message: str = "", /, **facts: object) -> None:
        self.message, self.facts = message or self.message, facts
        self.problems: list[Problem] = []
        super().__init__(self.message.format(**facts))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle an error as it is: a subclass may take other facts than its message has (`ui.worker_process`)."""
        return _as_it_was, (type(self), self.args), self.__dict__

    def sentence(self, language: str, shown: Callable[[object], object] = _unchanged) -> str:
        """Return the message in one of LANGUAGES; `shown` makes a fact fit for the place where it is displayed."""
        return _filled(self.message, self.facts, language, shown)

    def sentences(self, language: str, shown: Callable[[object], object] = _unchanged) -> list[str]:
        """Return the message and its details."""
        details = [_filled(message, facts, language, shown) for message, facts in self.details]
        return [self.sentence(language, shown), *details]


def _as_it_was(kind: type[BiaochiError], args: tuple[object, ...]) -> BiaochiError:
    error = kind.__new__(kind)
    error.args = args
    return error


class Reason(str):
    """A fact that is a message itself: it is translated with the sentence that it fills."""

    __slots__ = ()


REASONS = {
    errno.ENOSPC: N_("the disk is full"),
    errno.EDQUOT: N_("the quota of the disk is used up"),
    errno.EROFS: N_("the disk is read-only"),
    errno.EACCES: N_("the right to write is missing"),
    errno.EPERM: N_("the right to write is missing"),
    errno.EIO: N_("the disk reports a fault"),
}
"""What the machine may refuse with; anything else keeps the words of the machine."""


def reason_of(error: BaseException) -> Reason:
    """Return why the machine refused, in the words of REASONS where they have it, else as the machine puts it."""
    known = REASONS.get(getattr(error, "errno", None) or 0)
    spoken = getattr(error, "strerror", None) or str(error).partition("\n")[0]
    return Reason(known or spoken or type(error).__name__)


def _filled(message: str, facts: Mapping[str, object], language: str, shown: Callable[[object], object]) -> str:
    words = {name: translate(fact, language) if isinstance(fact, Reason) else fact for name, fact in facts.items()}
    return translate(message, language).format(**{name: shown(fact) for name, fact in words.items()})


class ProblemsError(BiaochiError):
    """Base of refusals that name every problem at once; each problem has its place and its cure."""

    exit_code = ExitCode.FILE_PROBLEMS

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("{problems}", problems="; ".join(problem.message("en") for problem in problems))
        self.problems = list(problems)

    def sentence(self, language: str, shown: Callable[[object], object] = _unchanged) -> str:
        """Return what is wrong, without places and cures."""
        return PUNCTUATION[language].semicolon.join(str(shown(problem.message(language))) for problem in self.problems)


class UsageError(BiaochiError):
    """A call that does not fit the store."""


class StoreDamagedError(UsageError):
    """What the store holds cannot be used any more, or not by this version: which, and what to do."""

    exit_code = ExitCode.CHECK_FAILED


class EngineError(UsageError):
    """The engine that counts and adds the ballots cannot be used; nothing was stored."""

    exit_code = ExitCode.CHECK_FAILED


class LogNotWrittenError(BiaochiError):
    """What was asked for is stored, and its line of the audit log could not be written."""

    exit_code = ExitCode.CHECK_FAILED
    message = N_(
        "It took effect and is stored, but its line in the audit log could not be written: {why}. Do not repeat it. "
        "Make room or give back the right to write; the next import or publication adds the line."
    )

    def __init__(self, why: str) -> None:
        super().__init__(why=why)


class LaterStepFailedError(BiaochiError):
    """What was asked for took effect, and a step after it failed for a reason of the machine."""

    exit_code = ExitCode.CHECK_FAILED
    message = N_(
        "It took effect and stays ({what}), but a step after it failed: {why}. Do not repeat it; “biaochi check” shows "
        "whether anything is left to mend."
    )

    def __init__(self, what: object, why: str) -> None:
        super().__init__(what=what, why=why)


class InterruptedLateError(BiaochiError):
    """What was asked for took effect before it was interrupted."""

    exit_code = ExitCode.INTERRUPTED
    message = N_("Interrupted, but it took effect before that and stays ({what}). Do not repeat it.")

    def __init__(self, what: object) -> None:
        super().__init__(what=what)


class NotAllowedError(BiaochiError):
    """The machine does not allow to read or to write there."""

    exit_code = ExitCode.NOT_ALLOWED
    message = N_("This is not allowed: {path}. Ask for the right to read it, or to write there.")


class NameTooLongError(BiaochiError):
    """A name that the file system does not take."""

    message = N_("The name is too long for a file: {path}")


class NoRoomError(BiaochiError):
    """The disk is full, and nothing took effect."""

    message = N_("The disk is full. Make room and try again.")


class NotEnoughMemoryError(BiaochiError):
    """The memory that DuckDB may use does not suffice, and its folder for the rest is full or not there."""

    message = N_(
        "There is not enough memory, and no room on the disk in its place. Make room, or raise BIAOCHI_MEMORY_LIMIT, "
        "and try again."
    )


def of_the_machine(error: OSError, path: object = "") -> BiaochiError | None:
    """Return what the machine refuses as an error with a sentence; None for what nobody foresaw.

    path: named where the error names none.
    """
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return NotAllowedError(path=error.filename or path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoRoomError()
    return NameTooLongError(path=error.filename or path) if error.errno == errno.ENAMETOOLONG else None


@contextmanager
def after_effect(what: object) -> Iterator[None]:
    """Run steps that follow what took effect: where the machine refuses one of them, the error says that it did."""
    try:
        yield
    except OSError as error:
        raise LaterStepFailedError(what, reason_of(error)) from error
    except KeyboardInterrupt as error:
        raise InterruptedLateError(what) from error


class StoreBusyError(BiaochiError):
    """Another process is writing; `holder` says who and since when, None when it is not known."""

    exit_code = ExitCode.BUSY
    message = N_("The store {path} is busy: another import or publication runs.")

    def __init__(self, path: str, holder: tuple[str, str] | None = None) -> None:
        super().__init__(path=path)
        self.holder = holder
        if holder is not None:
            self.details = ((N_("It was started by {user} at {time}."), {"user": holder[0], "time": holder[1]}),)


class NameTakenError(ProblemsError):
    """A rule set of this name has other content."""

    def __init__(self, name: str) -> None:
        super().__init__([Problem("rules_name_taken", value=name)])


class TwoRuleSetsError(ProblemsError):
    """A round is imported under another rule set than before."""

    def __init__(self, used: str, name: str) -> None:
        super().__init__([Problem("two_rule_sets", value=name, facts={"used": used})])
