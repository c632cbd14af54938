"""Checks that are counted, whichever client they are about."""

checks = 0
requests = 0


def equal(actual, expected, what):
    global checks
    checks += 1
    if actual != expected:
        raise AssertionError(f"{what}: {actual!r} instead of {expected!r}")


def true(condition, what):
    equal(bool(condition), True, what)


def request(*_args, **_kwargs):
    """Counts a request that was answered."""
    global requests
    requests += 1
