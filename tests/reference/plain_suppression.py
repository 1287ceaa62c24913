"""What a reader of a table with holes can work out, a second time: every whole-number filling is tried."""

from itertools import product


def fillings(table, row_totals, column_totals):
    """All tables of whole numbers that fit; None is a hole, a total that is None is not known."""
    options = [list(_row_fillings(row, total)) for row, total in zip(table, row_totals, strict=True)]
    for rows in product(*options):
        sums = [sum(column) for column in zip(*rows, strict=True)]
        if all(known is None or known == found for known, found in zip(column_totals, sums, strict=True)):
            yield rows


def _row_fillings(row, total):
    """All ways to fill the holes of one row; without a total a hole holds at most what the test says it does."""
    holes = [at for at, value in enumerate(row) if value is None]
    left = total - sum(value for value in row if value is not None)
    for numbers in product(range(left + 1), repeat=len(holes)):
        if sum(numbers) == left:
            filled = list(row)
            for at, number in zip(holes, numbers, strict=True):
                filled[at] = number
            yield tuple(filled)


def ranges(table, row_totals, column_totals):
    """Smallest and largest number that each hole can be: {(row, column): (low, high)}."""
    found = {}
    for rows in fillings(table, row_totals, column_totals):
        for i, row in enumerate(table):
            for j, value in enumerate(row):
                if value is None:
                    low, high = found.get((i, j), (rows[i][j], rows[i][j]))
                    found[i, j] = min(low, rows[i][j]), max(high, rows[i][j])
    return found
