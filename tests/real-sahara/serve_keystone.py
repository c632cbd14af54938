"""Serves Keystone on a port of loopback: serve_keystone.py PORT.

By waitress, which needs no compiler. Not by its command, because Keystone takes the arguments of the command line for
its own.
"""
import sys

import waitress
from keystone.server.wsgi import initialize_public_application

port = int(sys.argv.pop())
application = initialize_public_application()
# SQLite has one writer, and Keystone answers 500 when it has to wait for it.
waitress.serve(application, host="127.0.0.1", port=port, threads=1, ident=None, _quiet=True)
