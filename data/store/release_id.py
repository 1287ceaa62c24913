"""The id of a release: the same uploads, rule sets and method give the same id on every machine."""

import hashlib
import json

from data.store.release import METHOD_VERSION


def release_id_of(digests: dict[str, str], trials: list[str]) -> str:
    """Return the release id. Trial rounds are part of the id; without them the id is unchanged."""
    contents = {"method": METHOD_VERSION, "rounds": digests, **({"trials": trials} if trials else {})}
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
