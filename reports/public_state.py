"""What a public page says of objections to a round and of verdicts that were corrected."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LIFTED, UPHELD, LATE, TAKEN_BACK, RUNNING = "lifted", "upheld", "late", "withdrawn", "open"
OUTCOMES = (LIFTED, UPHELD, LATE, TAKEN_BACK, RUNNING)


@dataclass(frozen=True)
class PublicCorrection:
    """A corrected verdict: as published first and as it is now, with the reason for the public."""

    unit_code: str
    unit_name: str
    before: str
    after: str
    reason: str
    day: str


@dataclass(frozen=True)
class PublicState:
    """Corrections and the number of objections by outcome (OUTCOMES); an outcome that is not named is none."""

    corrections: tuple[PublicCorrection, ...] = ()
    objections: Mapping[str, int] = field(default_factory=dict)
