"""Switches databases to write-ahead logs: write_ahead.py FILE...

Keystone reads on one connection while it writes on another within a request.
"""
import sqlite3
import sys

for file in sys.argv[1:]:
    (mode,) = sqlite3.connect(file).execute("pragma journal_mode=wal").fetchone()
    if mode != "wal":
        sys.exit(f"{file} stays in the mode {mode}")
