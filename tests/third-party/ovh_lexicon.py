"""dns-lexicon, which many tools use to prove that a name is theirs, against the OVHcloud service of the sandbox.

Settings come from the environment: OVH_ENDPOINT, OVH_APPLICATION_KEY, OVH_APPLICATION_SECRET and OVH_CONSUMER_KEY.
"""

import os
import time
from functools import partial

import requests
from lexicon import client as lexicon
from lexicon._private.providers import ovh
from lexicon.config import ConfigResolver

from lib import basics
from lib.basics import equal, true

ovh.ENDPOINTS["ovh-eu"] = os.environ["OVH_ENDPOINT"]
# It would fetch the list of public suffixes; the one that it has is good enough for a name below `.com`.
lexicon.tldextract.TLDExtract = partial(lexicon.tldextract.TLDExtract, suffix_list_urls=())

NAME = "_acme-challenge.www"
driven = set()


def watch():
    """Counts requests and notes what they were: the method, and the path without ids."""
    send = requests.Session.send

    def counting(session, request, **kwargs):
        basics.requests += 1
        path = request.path_url.split("?")[0].removeprefix("/ovh/1.0")
        driven.add(f"{request.method} " + "/".join("{id}" if part.isdigit() else part for part in path.split("/")))
        return send(session, request, **kwargs)

    requests.Session.send = counting


def operations(domain="example.com", **keys):
    known = {
        "auth_entrypoint": "ovh-eu",
        "auth_application_key": os.environ["OVH_APPLICATION_KEY"],
        "auth_application_secret": os.environ["OVH_APPLICATION_SECRET"],
        "auth_consumer_key": os.environ["OVH_CONSUMER_KEY"],
    }
    config = {"provider_name": "ovh", "domain": domain, "ttl": 60, "ovh": known | keys}
    return lexicon.Client(ConfigResolver().with_dict(config))


def deployed():
    """The provider starts a refresh after each change and does not wait for its end, before which there is no other."""
    client = operations()
    for _ in range(200):
        try:
            with client:
                return
        except Exception as error:
            if "is not deployed" not in str(error):
                raise
            time.sleep(0.05)
    raise AssertionError("the zone was never deployed")


def contents(all_of_them):
    return sorted(record["content"] for record in all_of_them)


def fails(what, client):
    try:
        with client:
            pass
    except Exception as error:
        true(what in str(error), f"{error}")
        return
    raise AssertionError(f"{what} was not refused")


def main():
    with operations() as zone:
        before = zone.list_records()
        true(len(before) >= 8, "records at first")
        equal(zone.create_record("TXT", NAME, "one"), True, "creation")
    deployed()
    with operations() as zone:
        # The service quotes what it is given, and the provider compares with quotes and all.
        equal(zone.create_record("TXT", NAME, '"one"'), True, "creation of what is there")
        records = zone.list_records("TXT", NAME)
        equal([(r["content"], r["ttl"], r["name"]) for r in records], [('"one"', 60, f"{NAME}.example.com")], "record")
        zone.create_record("TXT", NAME, "two")
    deployed()
    with operations() as zone:
        equal(contents(zone.list_records("TXT", f"{NAME}.example.com")), ['"one"', '"two"'], "both records")
        equal(contents(zone.list_records("TXT", NAME, "two")), ['"two"'], "record by its content")
        zone.update_record(records[0]["id"], "TXT", NAME, "three")
    deployed()
    with operations() as zone:
        equal(contents(zone.list_records("TXT", NAME)), ['"three"', '"two"'], "changed record")
        zone.delete_record(records[0]["id"])
    deployed()
    with operations() as zone:
        zone.delete_record(None, "TXT", NAME, "two")
    deployed()
    with operations() as zone:
        equal(zone.list_records("TXT", NAME), [], "no record is left")
        equal(zone.list_records(), before, "the zone as it was at first")

    fails("400 Client Error", operations(auth_application_secret="guessed"))
    fails("403 Client Error", operations(auth_consumer_key="unknown"))
    fails("Domain example.net not found", operations("example.net"))


watch()
main()
zone = "/domain/zone/example.com"
wanted = {f"{method} {zone}/record/{{id}}" for method in ["GET", "PUT", "DELETE"]}
wanted |= {f"{method} {zone}/record" for method in ["GET", "POST"]}
wanted |= {f"GET {zone}/status", f"POST {zone}/refresh", "GET /domain/zone/", "GET /auth/time"}
equal(driven, wanted, "operations")
print(f"lexicon: {basics.requests} requests, {basics.checks} checks, {len(driven)} operations")
