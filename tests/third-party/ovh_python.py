"""The official Python client of OVHcloud against the sandbox: its signatures must be accepted, its mistakes refused with
the exceptions that it knows, and what it reads must be what it would read from the real service.

Settings come from the environment: OVH_ENDPOINT, OVH_APPLICATION_KEY, OVH_APPLICATION_SECRET and OVH_CONSUMER_KEY. The
client itself must not see them: it would take them for its own where it is to use others.
"""

import os
import time
from functools import wraps
from unittest import mock

ENDPOINT = os.environ.pop("OVH_ENDPOINT")
KEY = os.environ.pop("OVH_APPLICATION_KEY")
SECRET = os.environ.pop("OVH_APPLICATION_SECRET")
CONSUMER_KEY = os.environ.pop("OVH_CONSUMER_KEY")
# The sandbox speaks plain HTTP, which the library under the client refuses otherwise.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

import ovh
import requests
from ovh import client as ovh_client
from ovh import exceptions
from ovh.consumer_key import API_READ_ONLY, API_READ_WRITE, ConsumerKeyRequest

from lib import counted
from lib.counted import equal, true

REGION = "ovh-eu"
ovh_client.ENDPOINTS[REGION] = ENDPOINT
ovh_client.OAUTH2_TOKEN_URLS[REGION] = ENDPOINT.removesuffix("/1.0") + "/auth/oauth2/token"
PROJECT = "/cloud/project/00000000000000000000000000000001"

# What the client can do, and what of it was done.
methods = {
    (kind, name)
    for kind in [ovh.Client, ConsumerKeyRequest]
    for name, value in vars(kind).items()
    if callable(value) and not name.startswith("_")
}
called = set()
# How the client can be refused by a service. An expired service is not to be had through the API, and the others are about
# the client's own settings or a broken connection.
refusals = {
    "APIError",
    "BadParametersError",
    "Forbidden",
    "InvalidCredential",
    "InvalidKey",
    "NotCredential",
    "NotGrantedCall",
    "OAuth2FailureError",
    "ResourceConflictError",
    "ResourceNotFoundError",
}
refused_as = set()


def watch():
    def noted(kind, name, method):
        @wraps(method)
        def call(*args, **kwargs):
            called.add((kind, name))
            return method(*args, **kwargs)

        return call

    for kind, name in methods:
        setattr(kind, name, noted(kind, name, getattr(kind, name)))
    send = requests.Session.send

    def counting(*args, **kwargs):
        counted.request()
        return send(*args, **kwargs)

    requests.Session.send = counting


def connect(key=KEY, secret=SECRET, consumer_key=CONSUMER_KEY, **others):
    return ovh.Client(REGION, key, secret, consumer_key, timeout=30, **others)


def refused(error, text, call, *args, **kwargs):
    """The exception that a call must end with, and nothing more general."""
    try:
        call(*args, **kwargs)
    except exceptions.APIError as refusal:
        equal(type(refusal).__name__, error, f"{args}")
        true(text in str(refusal), f"{text!r} in {str(refusal)!r}")
        # Every answer of the API has an id; the token endpoint is not the API.
        true(error == "OAuth2FailureError" or refusal.query_id.startswith("EU.ext-"), "query id")
        refused_as.add(error)
        return refusal
    raise AssertionError(f"{args} was not refused as {error}")


def eventually(read, wanted, what):
    for _ in range(200):
        last = read()
        if last == wanted:
            break
        time.sleep(0.05)
    equal(last, wanted, what)


def consumer_keys():
    client = connect(consumer_key=None)
    true(abs(client.time_delta) < 60, "the time of the service")
    # The client itself misses the key.
    try:
        client.get("/me")
        raise AssertionError("a call without a consumer key was sent")
    except exceptions.InvalidKey:
        pass

    wanted = client.new_consumer_key_request()
    wanted.add_rule("get", "/me")
    wanted.add_rules(API_READ_ONLY, "/me/bill")
    wanted.add_recursive_rules(API_READ_WRITE, "/domain/zone")
    asked = wanted.request("https://app.example/done")
    equal(asked["state"], "pendingValidation", "state")
    refused("InvalidCredential", "This credential is not valid", client.get, "/auth/currentCredential")

    page = requests.get(asked["validationUrl"], timeout=30)
    true("GET /me/bill" in page.text, "the page shows the rules")
    form = {"decision": "validate", "validity": "3600"}
    done = requests.post(asked["validationUrl"], data=form, allow_redirects=False, timeout=30)
    equal((done.status_code, done.headers["Location"]), (302, "https://app.example/done"), "validation")
    current = client.get("/auth/currentCredential")
    equal((current["status"], len(current["rules"])), ("validated", 10), "validated credential")
    true(client.get("/me")["nichandle"], "a granted call")
    true("example.com" in client.get("/domain/zone"), "a granted call")
    refused("NotGrantedCall", "This call has not been granted", client.get, "/me/order")
    refused("NotGrantedCall", "This call has not been granted", client.put, "/me", city="Lille")

    # A key for elsewhere, one that its owner refuses, and one that is given back.
    elsewhere = connect(consumer_key=None)
    asked = elsewhere.request_consumerkey([{"method": "GET", "path": "/*"}], allowedIPs=["198.51.100.0/24"])
    requests.post(asked["validationUrl"], data=form, timeout=30)
    refused("Forbidden", "IP address", elsewhere.get, "/me")
    other = connect(consumer_key=None)
    asked = other.request_consumerkey([{"method": "GET", "path": "/*"}])
    requests.post(asked["validationUrl"], data={"decision": "refuse"}, timeout=30)
    refused("InvalidCredential", "This credential is not valid", other.get, "/me")
    owner = connect()
    equal(len(owner.get("/me/api/credential", status="refused")), 1, "refused credentials")
    owner.delete(f"/me/api/credential/{current['credentialId']}")
    refused("NotCredential", "This credential does not exist", client.get, "/me")


def signatures():
    client = connect()
    true(client.get("/auth/details")["method"] == "account", "details")
    refused("BadParametersError", "Invalid signature", connect(secret="guessed").get, "/me")
    refused("InvalidKey", "This application key is invalid", connect(key="unknown").get, "/me")
    refused("NotCredential", "This credential does not exist", connect(consumer_key="unknown").get, "/me")
    refused("APIError", "You must login first", client.get, "/me", _need_auth=False)
    refused("ResourceNotFoundError", "invalid (or empty) URL", client.get, "/nothing")
    refused("ResourceNotFoundError", "This service does not exist", client.get, "/vps/none")
    refused("BadParametersError", "not described parameters: (color)", client.get, "/me", color="red")
    refused("APIError", "not allowed", client.delete, "/me")
    # The client asked for the time already, and its clock goes wrong afterwards.
    equal(client.get("/auth/time", _need_auth=False) - int(time.time()) in range(-60, 60), True, "time")
    with mock.patch.object(ovh_client.time, "time", return_value=time.time() + 3600):
        refused("BadParametersError", "Query out of time", client.get, "/me")
    true(client.get("/me"), "the right time again")

    # Queries and bodies with everything that can be encoded in two ways.
    name = "é ü+&=/?"
    client.put("/me", city=name)
    equal(client.get("/me")["city"], name, "text in a body")
    equal(client.get("/domain/zone/example.com/record", subDomain=name, fieldType=None), [], "text in a query")
    equal(client.get("/v1/me")["city"], name, "the other name of version 1")
    client.put("/me", city="Roubaix")


def account():
    client = connect()
    bills = client.get("/me/bill")
    true(len(bills) > 10, "bills")
    bill = client.get(f"/me/bill/{bills[0]}")
    equal(client.get("/me/bill", **{"date.from": bill["date"]}), [bills[0]], "bills by date")
    details = client.get(f"/me/bill/{bills[0]}/details")
    true(client.get(f"/me/bill/{bills[0]}/details/{details[0]}")["totalPrice"]["value"] > 0, "line of a bill")
    equal(client.get(f"/me/bill/{bills[0]}/payment")["paymentType"], "creditCard", "payment")
    headers = {"X-Pagination-Mode": "CachedObjectList-Pages", "X-Pagination-Size": "5", "X-Pagination-Number": "2"}
    page = client.raw_call("GET", "/me/bill", headers=headers)
    equal([b["billId"] for b in page.json()], bills[5:10], "second page")
    equal(page.headers["X-Pagination-Elements"], str(len(bills)), "number of bills")
    batch = client.raw_call("GET", f"/me/bill/{bills[0]},none", headers={"X-Ovh-Batch": ","}).json()
    equal([(one["key"], one["error"] is None) for one in batch], [(bills[0], True), ("none", False)], "batch")
    order = client.get(f"/me/order/{bill['orderId']}")
    equal(order["priceWithTax"], bill["priceWithTax"], "order")
    equal(client.get(f"/me/order/{order['orderId']}/status"), "delivered", "a scalar answer")
    application = client.get("/me/api/application")[0]
    equal(client.get(f"/me/api/application/{application}")["applicationKey"], KEY, "application")
    client.post("/me/sshKey", keyName="third-party", key="ssh-ed25519 AAAA third@party")
    refused("ResourceConflictError", "third-party", client.post, "/me/sshKey", keyName="third-party", key="ssh-rsa A")
    true("third-party" in client.get("/me/sshKey"), "SSH keys")


def domains():
    client = connect()
    zone = "/domain/zone/example.org"
    record = client.post(f"{zone}/record", fieldType="A", subDomain="third", target="192.0.2.3", ttl=60)
    path = f"{zone}/record/{record['id']}"
    client.put(path, target="192.0.2.4")
    equal(client.get(path), {**record, "target": "192.0.2.4"}, "changed record")
    equal(client.get(f"{zone}/status")["isDeployed"], False, "before the refresh")
    equal(client.post(f"{zone}/refresh"), None, "a call without body")
    eventually(lambda: client.get(f"{zone}/status")["isDeployed"], True, "after the refresh")
    true("192.0.2.4" in client.get(f"{zone}/export"), "exported zone")
    equal(client.delete(path), None, "deletion")
    refused("ResourceNotFoundError", "does not exist", client.get, path)
    refused(
        "BadParametersError", "NamedResolutionFieldTypeEnum", client.post, f"{zone}/record", fieldType="B", target="x"
    )
    equal(client.get("/domain/example.org")["state"], "ok", "registered name")

    redirections = "/email/domain/example.com/redirection"
    # The client strips the underscore that makes room for Python's keyword.
    client.post(redirections, _from="third@example.com", to="party@example.org", localCopy=False)
    eventually(lambda: len(client.get(redirections, _from="third@example.com")), 1, "redirection")
    path = f"{redirections}/{client.get(redirections, _from='third@example.com')[0]}"
    client.post(f"{path}/changeRedirection", to="other@example.org")
    eventually(lambda: client.get(path)["to"], "other@example.org", "changed redirection")
    client.delete(path)
    eventually(lambda: client.get(redirections, _from="third@example.com"), [], "deleted redirection")


def machines():
    client = connect()
    server = f"/dedicated/server/{client.get('/dedicated/server')[0]}"
    client.put(f"{server}/burst", status="active")
    equal(client.get(f"{server}/burst")["status"], "active", "burst")
    task = client.post(f"{server}/reboot")
    eventually(lambda: client.get(f"{server}/task/{task['taskId']}")["status"], "done", "reboot")
    equal(client.get(f"{server}/task", status="done", function="hardReboot"), [task["taskId"]], "tasks")
    client.post(f"{server}/features/ipmi/access", type="kvmipJnlp", ttl=15, ipToAllow="198.51.100.7")
    eventually(
        lambda: bool(client.get(f"{server}/features/ipmi/access", type="kvmipJnlp")["value"]), True, "console"
    )
    vps = f"/vps/{client.get('/vps')[0]}"
    task = client.post(f"{vps}/rebuild", imageId="45b2f222-ab10-44ed-863f-720942762b6f", doNotSendPassword=True)
    eventually(lambda: client.get(f"{vps}/tasks/{task['id']}")["state"], "done", "rebuild")
    block = "/ip/192.0.2.0%2F28"
    reverse = client.post(f"{block}/reverse", ipReverse="192.0.2.9", reverse="third.example.com")
    equal(client.get(f"{block}/reverse"), [reverse["ipReverse"]], "reverse names")
    client.delete(f"{block}/reverse/192.0.2.9")
    equal(client.get("/ip", isAdditionalIp=True), ["192.0.2.0/28"], "a boolean in a query")

    running = client.get(f"{PROJECT}/instance")[0]
    new = client.post(
        f"{PROJECT}/instance", name="third", region="SBG5", flavorId=running["flavorId"], imageId=running["imageId"]
    )
    path = f"{PROJECT}/instance/{new['id']}"
    eventually(lambda: client.get(path)["status"], "ACTIVE", "instance")
    equal(client.get(f"{PROJECT}/operation/{new['operationIds'][0]}")["status"], "completed", "operation")
    client.delete(path)
    eventually(lambda: new["id"] in [i["id"] for i in client.get(f"{PROJECT}/instance")], False, "deletion")
    kube = client.post(f"{PROJECT}/kube", region="SBG5", nodepool={"flavorName": "b2-7", "desiredNodes": 2})
    eventually(lambda: client.get(f"{PROJECT}/kube/{kube['id']}")["status"], "READY", "cluster")
    equal(client.get(f"{PROJECT}/kube/{kube['id']}/nodepool")[0]["currentNodes"], 2, "nodes")


def service_accounts():
    owner = connect()
    made = owner.post("/me/api/oauth2/client", name="ci", description="", flow="CLIENT_CREDENTIALS", callbackUrls=[])
    identity = owner.get(f"/me/api/oauth2/client/{made['clientId']}")["identity"]

    def account(secret=made["clientSecret"]):
        return ovh.Client(REGION, client_id=made["clientId"], client_secret=secret, timeout=30)

    try:
        account("guessed").get("/me")
        raise AssertionError("a wrong secret was accepted")
    except exceptions.OAuth2FailureError as error:
        true("invalid_client" in str(error), f"{error}")
        refused_as.add("OAuth2FailureError")
    client = account()
    refusal = refused("APIError", "User not granted for this request", client.get, "/domain/zone/example.com")
    action = refusal.response.json()["details"]["unauthorizedActionsByIAM"]
    owner.post(
        "/v2/iam/policy",
        name="zones",
        identities=[identity],
        permissions={"allow": [{"action": action}]},
        resources=[{"urn": "urn:v1:eu:resource:dnsZone:*"}],
    )
    equal(client.get("/domain/zone/example.com")["name"], "example.com", "a call that a policy allows")
    equal(client.get("/auth/details")["identities"], [identity], "who it is")
    resources = owner.raw_call("GET", "/v2/iam/resource", headers={"X-Pagination-Size": "3"})
    equal(len(resources.json()), 3, "first page")
    cursor = resources.headers["X-Pagination-Cursor-Next"]
    more = owner.raw_call("GET", "/v2/iam/resource", headers={"X-Pagination-Cursor": cursor}).json()
    equal({r["id"] for r in more} & {r["id"] for r in resources.json()}, set(), "next page")
    owner.delete(f"/me/api/oauth2/client/{made['clientId']}")
    refused("APIError", "The access token is not valid", client.get, "/domain/zone")


watch()
consumer_keys()
signatures()
account()
domains()
machines()
service_accounts()
equal(sorted(f"{kind.__name__}.{name}" for kind, name in methods - called), [], "methods that were not called")
equal(sorted(refusals - refused_as), [], "exceptions that were not met")
print(f"ovh: {counted.requests} requests, {counted.checks} checks, {len(methods)} methods, {len(refusals)} exceptions")
