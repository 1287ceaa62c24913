"""Rows of other tables that a row names, or that refer to it, for the conditions that compare them.

They are added to the row under names that no field has: `ref.field` is the value of a field of the row that `ref`
names, `each table.field` holds the values of the rows of a table that refer to this row.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from data.intake.context import Rows
from data.model.contract import TABLES, Field, Table

Row = Mapping[str, object]


class RelatedRows:
    """Rows related to those of a table. rows: key -> row of a table, as stored."""

    def __init__(self, table: Table, rows: Rows) -> None:
        self.table, self.rows = table, rows
        self.found: dict[tuple[str, str], dict[str, list[Row]]] = {}
        checks = [check for own in table.fields for check in own.checks]
        self.named = [check for check in checks if check.named]
        self.referring = [check for check in checks if check.related]

    def with_related(self, row: Row) -> Row:
        """Return the row with what its conditions compare it with."""
        if not self.named and not self.referring:
            return row
        return {**row, **dict(self._named(row)), **dict(self._referring(row))}

    def _named(self, row: Row) -> Iterator[tuple[str, object]]:
        for check in self.named:
            assert check.named is not None
            ref, name = check.named
            given = self._by_value(*self._reference(ref)).get(str(row.get(ref)), [])
            yield check.other, given[0].get(name) if given else None

    def _referring(self, row: Row) -> Iterator[tuple[str, object]]:
        key = self.table.key[0]
        for check in self.referring:
            other = TABLES[check.names[0]]
            field = next(own for own in other.fields if _refers(own, (self.table.name, key)))
            rows = self._by_value(other.name, field.name).get(str(row.get(key)), [])
            yield check.related, rows if check.sort == "needs" else [related.get(check.other) for related in rows]

    def _reference(self, ref: str) -> tuple[str, str]:
        return next(reference for own in self.table.fields if own.name == ref for reference in _references(own))

    def _by_value(self, table: str, name: str) -> Mapping[str, list[Row]]:
        """Return the rows of a table by the value of a field; read once."""
        if (table, name) not in self.found:
            found: dict[str, list[Row]] = defaultdict(list)
            for row in self.rows(table).values():
                found[str(row.content.get(name))].append(row.content)
            self.found[table, name] = found
        return self.found[table, name]


def _references(own: Field) -> list[tuple[str, str]]:
    return [check.reference for check in own.checks if check.reference is not None]


def _refers(own: Field, to: tuple[str, str]) -> bool:
    return to in _references(own)
