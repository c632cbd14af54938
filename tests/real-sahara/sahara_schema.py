"""Makes Sahara's tables: sahara_schema.py CONFIGURATION.

From its models, because its migrations stop on SQLite: the seventh alters a column. `sahara-db-manage` is told
afterwards that all of them were made.
"""
import sys

from oslo_config import cfg
from sahara import config  # noqa: F401  declares the settings
from sahara.db import api

cfg.CONF(["--config-file", sys.argv[1]], project="sahara")
# It logs what went wrong and returns whether it went well.
if not api.setup_db():
    sys.exit("the tables could not be made")
