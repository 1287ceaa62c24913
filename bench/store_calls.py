"""(f) What is asked of the database while the pledges of one round are computed, query by query.

Bar: no query twice with the same parameters. A release never changes, so asking again can only cost time.
"""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from data.sample.load import load_demo
from data.store import Store
from tests.support.store_calls import compute_pledges, counted

ROUND, TODAY = "2025", date(2025, 12, 31)


def main() -> None:
    """Print every query with how often it was asked, and the sum."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "var")
        load_demo(store)
        release = store.release()
        assert release is not None
        database = counted(release)
        round_ = release.round(ROUND)
        compute_pledges(round_, TODAY)
        for (name, params), times in sorted(database.asked.items(), key=str):
            print(f"(f) {times:4} {name} {', '.join(f'{key}={value}' for key, value in params)}")
        print(f"(f) {database.asked.total()} queries, {len(database.asked)} different")
        release.close()


if __name__ == "__main__":
    main()
