"""The embedded log: a directory for each partition, in it SQLite files with consecutive rows.

<data>/log/0/00000000000000000001.sqlite     a closed segment: rows 1 … 41,807
           00000000000000041808.sqlite       the segment that is written
           writer.lock                       held by the partition's writer
           gate.lock                         held by whoever changes a segment, for as long as it takes
"""

from bowerbird.eventlog.sqlite.reader import SqliteLogReader
from bowerbird.eventlog.sqlite.writer import SqliteLogWriter

__all__ = ["SqliteLogReader", "SqliteLogWriter"]
