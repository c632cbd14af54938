//! `/domain/{serviceName}`: names that were registered.

use std::time::Duration;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::error::Refusal;
use super::operation::{Does, op};
use super::services::{self, Kind};
use super::settings::ACCOUNT;
use super::{Ctx, datetime};

const KIND: Kind = "domain";
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

pub(crate) const ROUTES: &[Route<Does>] =
    &[op!(GET "/domain/{serviceName}", Some("domain:apiovh:get"), get)];

pub(crate) fn seed(account: &mut Account) {
    for (id, name) in [(3001, "example.com"), (3002, "example.org")] {
        let now = account.now();
        let contact = json!({"id": ACCOUNT});
        let name_servers: Value = ["dns10.ovh.net", "ns10.ovh.net"]
            .iter()
            .zip(id * 10..)
            .map(|(host, id)| {
                json!({"id": id, "nameServer": host, "nameServerType": "hosted", "ipv4": null, "ipv6": null})
            })
            .collect();
        let object = json!({
            "domain": name,
            "serviceId": id,
            "state": "ok",
            "suspensionState": "not_suspended",
            "transferLockStatus": "locked",
            "renewalState": "automatic_renew",
            "renewalDate": datetime(now + YEAR),
            "expirationDate": datetime(now + YEAR),
            "lastUpdate": datetime(now),
            "offer": "gold",
            "parentService": null,
            "dnssecState": "disabled",
            "dnssecSupported": true,
            "glueRecordIpv6Supported": true,
            "glueRecordMultiIpSupported": true,
            "hostSupported": true,
            "owoSupported": true,
            "nameServerType": "hosted",
            "nameServers": name_servers,
            "contactAdmin": contact,
            "contactBilling": contact,
            "contactOwner": contact,
            "contactTech": contact,
            "whoisOwner": "3000001",
        });
        services::add(account, KIND, name, &json!({}), object, Value::Null);
    }
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|service| service.object.clone())
}
