"""An engine that rests between two pieces of work brings nothing of the first into the second."""

import duckdb
import pytest

from data.duckdb_access import engine_at_work, limit_memory, part_of

ABOUT = "SELECT current_setting('threads'), current_setting('memory_limit'), current_setting('temp_directory')"
SPILLING = "CREATE TABLE large AS SELECT range, md5(range::VARCHAR) AS text FROM range(3_000_000)"


def used(folder, *, threads=2, work="CREATE TABLE small AS SELECT 1"):
    """The engine of a piece of work, and its settings as the work began."""
    with engine_at_work(folder, threads=threads) as memory:
        about = memory.execute(ABOUT).fetchone()
        with part_of(memory, "reading") as con:
            con.execute(work)
        return memory, about


def rests(memory):
    """Whether an engine may be asked again."""
    try:
        return memory.execute("SELECT 1").fetchone() == (1,)
    except duckdb.ConnectionException:
        return False


def test_the_next_work_has_its_engine_without_its_tables_and_with_limits_of_its_own(tmp_path):
    with engine_at_work(tmp_path, threads=2) as first:
        limit_memory(first, 0.1)
        first.execute("SET preserve_insertion_order = false")
    second, (threads, limit, folder) = used(tmp_path / "next", threads=1)
    assert second is first and (threads, folder) == (1, str(tmp_path / "next"))
    assert limit == used(tmp_path)[1][1] and used(tmp_path, threads=None)[1][0] >= 1
    with engine_at_work(tmp_path, threads=2) as memory:
        assert memory.execute("SELECT current_setting('preserve_insertion_order')").fetchone() == (True,)
        assert memory.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_after_an_error_it_is_closed(tmp_path):
    with pytest.raises(ZeroDivisionError), engine_at_work(tmp_path, threads=2) as memory:
        raise ZeroDivisionError
    assert not rests(memory)


def test_after_work_that_spilled_it_is_closed(tmp_path):
    with engine_at_work(tmp_path, threads=2) as memory:
        memory.execute("SET memory_limit = '60MB'")
        with part_of(memory, "reading") as con:
            con.execute(SPILLING)
            spilled = [*tmp_path.glob("duckdb_temp*")]
    assert spilled and not rests(memory)
    assert rests(used(tmp_path)[0])


def test_two_at_once_have_an_engine_each(tmp_path):
    with engine_at_work(tmp_path, threads=2) as one, engine_at_work(tmp_path, threads=2) as other:
        one.execute("CREATE TABLE mine AS SELECT 1")
        assert other.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
        one.execute("DROP TABLE mine")
