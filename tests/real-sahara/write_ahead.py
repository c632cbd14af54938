"""Switches databases to write-ahead logs: write_ahead.py FILE...

Keystone reads on one connection while it writes on another within a request, which SQLite otherwise makes wait.
"""
import sqlite3
import sys
from contextlib import closing

for file in sys.argv[1:]:
    with closing(sqlite3.connect(file)) as database:
        # SQLite answers with the mode that it is in then, not with an error.
        (mode,) = database.execute("pragma journal_mode=wal").fetchone()
    if mode != "wal":
        sys.exit(f"{file} stays in the mode {mode}")
