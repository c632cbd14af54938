"""The official Python client of Sahara, with all that is called and checked counted."""

import os
import time
from functools import wraps

from keystoneauth1 import session
from keystoneauth1.identity import v3
from saharaclient.api.base import APIException
from saharaclient.client import Client

from lib import checks
from lib.checks import called, equal, known, true

requests = 0


class Counted(session.Session):
    """A session that counts its requests."""

    def request(self, *args, **kwargs):
        global requests
        requests += 1
        return super().request(*args, **kwargs)


def password(user="demo", project="demo"):
    """The credential of one of the users that every sandbox has."""
    return v3.Password(
        auth_url=os.environ["OS_AUTH_URL"],
        username=user,
        password=os.environ["OS_PASSWORD"] if user == os.environ["OS_USERNAME"] else f"{user}-pw",
        project_name=project,
        user_domain_name="Default",
        project_domain_name="Default",
    )


def application_credential(name):
    """One of the application credentials that every sandbox has."""
    return v3.ApplicationCredential(
        auth_url=os.environ["OS_AUTH_URL"],
        application_credential_name=name,
        application_credential_secret=f"{name}-secret",
        username="demo",
        user_domain_name="Default",
    )


def connect(version, auth, **options):
    """A client that finds the service in the catalog, with all of its methods watched."""
    client = Client(version, session=Counted(auth=auth), **options)
    for name, manager in vars(client).items():
        watch(f"{version} {name}", manager)
    return client


def watch(group, manager):
    """Notes which methods of a manager are called; calls among themselves do not count."""
    for name in dir(manager):
        method = getattr(manager, name)
        if name.startswith("_") or not callable(method) or isinstance(method, type) or name == "NotUpdated":
            continue
        known.add((group, name))
        setattr(manager, name, noted((group, name), method))


depth = 0


def noted(name, method):
    @wraps(method)
    def call(*args, **kwargs):
        global depth
        if depth == 0:
            called.add(name)
        depth += 1
        try:
            return method(*args, **kwargs)
        finally:
            depth -= 1

    return call


def refused(status, name, call, /, *args, **kwargs):
    """The error that a call must end with."""
    try:
        call(*args, **kwargs)
    except APIException as error:
        equal((error.error_code, error.error_name), (status, name), f"refusal of {call.__name__}")
        true(error.error_message, f"{name} has a message")
        return error
    raise AssertionError(f"{call.__name__} was not refused as {name}")


def until(read, wanted, what):
    """Waits until what is read is wanted, and gives all that was seen on the way."""
    seen = []
    for _ in range(600):
        try:
            state = read()
        except APIException as error:
            state = error.error_code
        if seen[-1:] != [state]:
            seen.append(state)
        if state == wanted:
            checks.checks += 1
            return seen
        time.sleep(0.05)
    raise AssertionError(f"{what}: {seen!r} does not end in {wanted!r}")


def finish():
    """Fails when a method was never called, and sums up."""
    missed = sorted(f"{group}.{name}" for group, name in known - called)
    equal(missed, [], "methods that were not called")
    print(f"saharaclient: {requests} requests, {checks.checks} checks, {len(called)} methods")
