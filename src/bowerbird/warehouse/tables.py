"""The warehouse's tables, as questions see them, in DuckDB."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import duckdb
from arro3.core import RecordBatch, RecordBatchReader
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from bowerbird.errors import QuestionInvalidError, QuestionStoppedError
from bowerbird.insights.base import Columns, Rows, Stop

_UNUSABLE = (
    *(duckdb.InvalidInputException, duckdb.ConversionException),
    *(duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.SyntaxException),
)


_LATE = {
    "INTERRUPT Error": duckdb.InterruptException,
    "Out of Memory Error": duckdb.OutOfMemoryException,
    "Out of Range Error": duckdb.OutOfRangeException,
    "Conversion Error": duckdb.ConversionException,
    "Invalid Input Error": duckdb.InvalidInputException,
}
_AT_ONCE = 1000
"""Rows that are made Python's between two looks at whether the question has ended."""


class DuckTables:
    """Implements `Tables`. Every question has a cursor of its own and sees the tables as of its start."""

    def __init__(self, cursor: Callable[[], DuckDBPyConnection], threads: int = 2) -> None:
        self._cursor = cursor
        self.threads = threads

    def rows(self, sql: str, parameters: Mapping[str, Any], stop: Stop) -> Rows:
        with self._asking(stop) as cursor:
            return _fetched(cursor.execute(sql, dict(parameters)), stop)

    @contextmanager
    def snapshot(self, stop: Stop) -> Iterator["DuckSnapshot"]:
        with self._asking(stop) as cursor:
            cursor.execute("BEGIN TRANSACTION")  # ends with the cursor, and what was kept with it
            yield DuckSnapshot(cursor, stop)

    @contextmanager
    def _asking(self, stop: Stop) -> Iterator[DuckDBPyConnection]:
        with closing(self._cursor()) as cursor:
            try:
                with stop.interrupting(cursor.interrupt):
                    cursor.execute("SET python_enable_replacements = false")
                    yield cursor
            except duckdb.InterruptException as error:
                stop.check()
                raise QuestionStoppedError("the question was interrupted", "Ask it again.") from error
            except (duckdb.OutOfMemoryException, MemoryError) as error:
                hint = "Ask for a shorter range or fewer groups, or raise `warehouse_memory`."
                raise QuestionStoppedError("the question needs more memory than there is", hint) from error
            except duckdb.OutOfRangeException as error:
                hint = "Leave out the events with huge values, by conditions: `value` less than 1e20, more than -1e20."
                raise QuestionInvalidError(f"a number is too large to reckon with: {error}", hint) from error
            except _UNUSABLE as error:
                told, *_ = str(error).partition("\nTraceback")
                raise QuestionInvalidError(f"the engine cannot use this: {told}", "Correct the question.") from error


class DuckSnapshot:
    """Implements `Snapshot`: one transaction, and temporary tables in it."""

    def __init__(self, cursor: DuckDBPyConnection, stop: Stop) -> None:
        self._cursor = cursor
        self._stop = stop

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> Rows:
        return _fetched(self._executed(sql, parameters), self._stop)

    def columns(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        self._stop.check()
        relation = self._cursor.sql(sql, params=dict(parameters))
        for batch in _batches(relation):
            yield {name: batch.column(at).to_numpy() for at, name in enumerate(relation.columns)}

    def keep(self, name: str, sql: str, parameters: Mapping[str, Any]) -> None:
        self._executed(f"CREATE TEMPORARY TABLE {name} AS {sql}", parameters)

    def _executed(self, sql: str, parameters: Mapping[str, Any]) -> DuckDBPyConnection:
        self._stop.check()  # an interrupt between two statements is lost on the next one
        return self._cursor.execute(sql, dict(parameters))


def _batches(relation: DuckDBPyRelation) -> Iterator[RecordBatch]:
    """Raises `duckdb.Error`; what comes up behind the first batch is told in words alone."""
    try:
        yield from RecordBatchReader.from_arrow(relation)
    except (duckdb.Error, MemoryError):
        raise
    except Exception as error:
        told = str(error).removeprefix("C Data interface error: ")
        raise _LATE.get(told.partition(":")[0], duckdb.Error)(told) from error


def _fetched(result: DuckDBPyConnection, stop: Stop) -> Rows:
    rows: Rows = []
    while some := result.fetchmany(_AT_ONCE):
        rows += some
        stop.check()
    return rows
