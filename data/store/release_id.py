"""The id of a release: the same uploads, rule sets and method give the same id on every machine."""

import hashlib
import json

from data.store.release import METHOD_VERSION


def release_id_of(digests: dict[str, str], trials: list[str], months: dict[str, str]) -> str:
    """Return the release id. Trial rounds and tables that close by month are part of it; without them it is unchanged.

    digests, months: round -> digest of its evaluation, and of its tables that close by month.
    """
    contents: dict[str, object] = {"method": METHOD_VERSION, "rounds": digests}
    contents |= {"trials": trials} if trials else {}
    contents |= {"months": months} if months else {}
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
