"""The id of a release: the same uploads, rule sets and method give the same id on every machine."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from data.store.release import METHOD_VERSION


def release_id_of(
    digests: Mapping[str, str], trials: Sequence[str], months: Mapping[str, str], origins: Mapping[str, str]
) -> str:
    """Return the release id. Trial rounds, tables that close by month and origins are part of it if there are any.

    digests, months: round -> digest of its evaluation, and of its tables that close by month. origins: round -> the
    release with whose id its draws begin; that of a round that is not named is the release itself.
    """
    contents: dict[str, object] = {"method": METHOD_VERSION, "rounds": dict(digests)}
    contents |= {"trials": list(trials)} if trials else {}
    contents |= {"months": dict(months)} if months else {}
    contents |= {"origins": dict(origins)} if origins else {}
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def id_with_origins(
    digests: Mapping[str, str], trials: Sequence[str], months: Mapping[str, str], origins: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Return the release id and the origins that are part of it.

    A release that holds exactly what an origin holds is that origin again: its rounds then need no origin, and
    publishing without a change gives the id in force.
    """
    for origin in sorted(set(origins.values())):
        others = {name: other for name, other in origins.items() if other != origin}
        if release_id_of(digests, trials, months, others) == origin:
            return origin, others
    return release_id_of(digests, trials, months, origins), dict(origins)
