"""Serves Keystone: serve_keystone.py PORT.

By waitress, which needs no compiler; not by its own command, because Keystone reads the arguments of the command line.
"""
import sys

port = int(sys.argv.pop())

from keystone.server.wsgi import initialize_public_application  # noqa: E402
import waitress  # noqa: E402

# SQLite has one writer, and Keystone answers 500 when it has to wait for it.
waitress.serve(initialize_public_application(), host="127.0.0.1", port=port, threads=1, ident=None, _quiet=True)
