"""Checks that know no client, and counts of what was done."""

requests = 0
checks = 0


def equal(actual, expected, what):
    global checks
    checks += 1
    if actual != expected:
        raise AssertionError(f"{what}: {actual!r} instead of {expected!r}")


def true(condition, what):
    equal(bool(condition), True, what)
