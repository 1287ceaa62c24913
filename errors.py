"""What the store says no with: the sentence is English and goes through the catalogues where it is shown."""

from problems import Problem


class StoreBusyError(Exception):
    """Another process is writing; `holder` says who and since when, None when it is not known."""

    def __init__(self, path: str, holder: tuple[str, str] | None = None) -> None:
        super().__init__(path)
        self.holder = holder


class UsageError(Exception):
    """The call does not fit the store; the text is an English sentence that the catalogues translate."""

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message.format(**facts))
        self.message, self.facts = message, facts


class StoreDamagedError(UsageError):
    """What the store holds cannot be used any more, or not by this version: which, and what to do."""


class NameTakenError(Exception):
    """A rule set of this name has other content."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.problem = Problem("rules_name_taken", value=name)


class TwoRuleSetsError(Exception):
    """A round is imported under another rule set than before."""

    def __init__(self, used: str, name: str) -> None:
        super().__init__(name)
        self.problem = Problem("two_rule_sets", value=name, facts={"used": used})
