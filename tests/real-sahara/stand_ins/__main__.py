"""Serves the stand-ins on a port of loopback until somebody ends it."""
import sys

from .compute import Compute
from .control import Control
from .image import Image
from .network import Network
from .orchestration import Orchestration
from .serve import serve
from .volume import Volume

control = Control()
compute = Compute(control)
# `seed.py` tells Keystone's catalog about the same paths.
serve(int(sys.argv[1]), {
    "/_control": control,
    "/compute/v2.1": compute,
    "/image": Image(),
    "/network": Network(),
    "/orchestration/v1": Orchestration(control, compute),
    "/volume/v3": Volume(),
})
