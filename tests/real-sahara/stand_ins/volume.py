"""Cinder: its quotas, which Sahara reads even when a cluster has no volumes."""
from .control import UNLIMITED
from .serve import route


class Volume:
    @route("GET", "/limits")
    def get_limits(self, request):
        """For the check of quotas before a cluster is created or scaled: these four are read."""
        return {"limits": {"absolute": {
            "maxTotalVolumes": UNLIMITED,
            "totalVolumesUsed": 0,
            "maxTotalVolumeGigabytes": UNLIMITED,
            "totalGigabytesUsed": 0,
        }}}
