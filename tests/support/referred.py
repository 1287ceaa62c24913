"""Kinds of tables in an order in which each finds the rows that it names."""

from data.model.contract import REFERRED_KINDS, TABLES, fields

ALSO = {"project": ("motion",)}
"""What the checks across tables ask for, beyond the references of the contract."""


def referred_by(kind, seen=()):
    """The kinds that must be there first: those that its rows name, each after those that it names itself."""
    named = [check.reference[0] for field in fields(kind) for check in field.checks if check.reference]
    of_kinds = [TABLES[name].kind for name in named if TABLES[name].kind in REFERRED_KINDS]
    found = []
    for other in dict.fromkeys((*of_kinds, *ALSO.get(kind, ()))):
        if other not in (kind, *seen):
            found += [*referred_by(other, (kind, *seen)), other]
    return list(dict.fromkeys(found))


def in_order(kinds):
    """The kinds, each after those that it refers to."""
    return list(dict.fromkeys(found for kind in kinds for found in (*referred_by(kind), kind) if found in kinds))
