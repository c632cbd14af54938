"""Checks of what the official Python client reads, and counts of what was done."""

import os
from importlib import import_module
from functools import wraps

from hcloud import APIException, Client
from hcloud.actions import ActionFailedException

from lib import basics
from lib.basics import equal, true

# Methods of the client by their class and name: those to be called, and those that were.
known = set()
called = set()


def refused(code, call, *args, **kwargs):
    """The error that a call must end with."""
    try:
        call(*args, **kwargs)
    except APIException as error:
        equal(error.code, code, call.__name__)
        true(error.message, f"{code} has a message")
        true(error.correlation_id, f"{code} has a correlation id")
        return error
    raise AssertionError(f"{call.__name__} was not refused as {code}")


def refused_fields(names, call, *args, **kwargs):
    """The call must be refused for what it says in the fields."""
    error = refused("invalid_input", call, *args, **kwargs)
    equal(sorted(field["name"] for field in error.details["fields"]), sorted(names), f"fields of {call.__name__}")


def finished(action, command=None):
    """Waits for an action and checks what it says in the end."""
    if command is not None:
        equal(action.command, command, "command")
    action.wait_until_finished()
    equal(action.status, "success", f"status of {action.command}")
    equal(action.progress, 100, f"progress of {action.command}")
    equal(action.error, None, f"error of {action.command}")
    true(action.started <= action.finished, f"{action.command} ends after its start")
    return action


def about(action):
    return sorted((resource["type"], resource["id"]) for resource in action.resources)


def connect():
    """The client that the environment describes, with every request counted."""
    client = Client(
        token=os.environ["HCLOUD_TOKEN"],
        api_endpoint=os.environ["HCLOUD_ENDPOINT"],
        api_endpoint_hetzner=os.environ["HETZNER_ENDPOINT"],
        application_name="cloud-clients-third-party",
        poll_interval=0.05,
        poll_max_retries=600,
        timeout=30,
    )

    def count(*_args, **_kwargs):
        basics.requests += 1

    # There is no public way to see how many requests the client makes.
    for part in [client._client, client._client_hetzner]:
        part._session.hooks["response"].append(count)
    return client


def watch(*groups):
    """Notes which methods of these groups are called, those of the resources themselves included."""

    def noted(name, method):
        @wraps(method)
        def call(*args, **kwargs):
            called.add(name)
            return method(*args, **kwargs)

        return call

    for group in groups:
        module = import_module(f"hcloud.{group}.client")
        for kind, members in vars(module).items():
            if not isinstance(members, type) or members.__module__ != module.__name__:
                continue
            if not kind.startswith("Bound") and not kind.endswith("Client"):
                continue
            for name, method in list(vars(members).items()):
                if callable(method) and not name.startswith("_") and not isinstance(method, type):
                    known.add((kind, name))
                    setattr(members, name, noted((kind, name), method))


def methods():
    """How many different methods of groups were called: those of resources only lead to them."""
    return sum(not kind.startswith("Bound") for kind, _ in called)


def run(check):
    """Runs the whole check, and ends with the line that sums it up."""
    client = connect()
    try:
        check(client)
    except ActionFailedException as failure:
        raise AssertionError(f"an action failed: {failure}") from failure
    missed = sorted(f"{kind}.{name}" for kind, name in known - called)
    equal(missed, [], "methods that were not called")
    print(f"hcloud: {basics.requests} requests, {basics.checks} checks, {methods()} methods")
