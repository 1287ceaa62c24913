"""What does not fit on a page: sideways scrolling, text cut off, text of charts out of place."""

from pathlib import Path

FAULTS = Path(__file__).with_name("geometry.js").read_text(encoding="utf-8")


def faults(page) -> list[str]:
    """Return what does not fit, a sentence each."""
    return page.evaluate(FAULTS[FAULTS.index("()") :])
