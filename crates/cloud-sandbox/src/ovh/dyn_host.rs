//! `/domain/zone/{zoneName}/dynHost`: records that routers and the like keep at their own address, and the logins for that.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::route::Route;

use super::Ctx;
use super::body::{Field, Kind, nullable, optional, read_only, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::zones;

/// What a zone has of it.
#[derive(Default, serde::Deserialize, serde::Serialize)]
pub(crate) struct DynHost {
    records: BTreeMap<i64, Record>,
    /// The names that each login may update, `*` for all.
    logins: BTreeMap<String, String>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Record {
    sub_domain: String,
    ip: String,
}

/// All of them have this time to live.
const TTL: i64 = 60;

const RECORD: &[Field] = &[
    required("ip", Kind::Ip),
    nullable("subDomain", Kind::Text),
    read_only("id"),
    read_only("ttl"),
    read_only("zone"),
];
const RECORD_CHANGE: &[Field] = &[
    optional("ip", Kind::Ip),
    nullable("subDomain", Kind::Text),
    read_only("id"),
    read_only("ttl"),
    read_only("zone"),
];
const LOGIN: &[Field] = &[
    required("loginSuffix", Kind::Text),
    required("password", Kind::Text),
    required("subDomain", Kind::Text),
];
const LOGIN_CHANGE: &[Field] = &[
    optional("subDomain", Kind::Text),
    read_only("login"),
    read_only("zone"),
];
const PASSWORD: &[Field] = &[required("password", Kind::Text)];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/domain/zone/{zoneName}/dynHost/record", Some("dnsZone:apiovh:dynHost/record/get"), list_records)
        .query(&["subDomain"]),
    op!(POST "/domain/zone/{zoneName}/dynHost/record", Some("dnsZone:apiovh:dynHost/record/create"), create_record)
        .body(RECORD),
    op!(GET "/domain/zone/{zoneName}/dynHost/record/{id}", Some("dnsZone:apiovh:dynHost/record/get"), get_record),
    op!(PUT "/domain/zone/{zoneName}/dynHost/record/{id}", Some("dnsZone:apiovh:dynHost/record/edit"), change_record)
        .body(RECORD_CHANGE),
    op!(
        DELETE "/domain/zone/{zoneName}/dynHost/record/{id}",
        Some("dnsZone:apiovh:dynHost/record/delete"),
        delete_record
    ),
    op!(GET "/domain/zone/{zoneName}/dynHost/login", Some("dnsZone:apiovh:dynHost/login/get"), list_logins)
        .query(&["login", "subDomain"]),
    op!(POST "/domain/zone/{zoneName}/dynHost/login", Some("dnsZone:apiovh:dynHost/login/create"), create_login)
        .body(LOGIN),
    op!(GET "/domain/zone/{zoneName}/dynHost/login/{login}", Some("dnsZone:apiovh:dynHost/login/get"), get_login),
    op!(PUT "/domain/zone/{zoneName}/dynHost/login/{login}", Some("dnsZone:apiovh:dynHost/login/edit"), change_login)
        .body(LOGIN_CHANGE),
    op!(
        DELETE "/domain/zone/{zoneName}/dynHost/login/{login}",
        Some("dnsZone:apiovh:dynHost/login/delete"),
        delete_login
    ),
    op!(
        POST "/domain/zone/{zoneName}/dynHost/login/{login}/changePassword",
        Some("dnsZone:apiovh:dynHost/login/changePassword"),
        change_password
    )
    .body(PASSWORD),
];

impl Record {
    fn render(&self, id: i64, zone: &str) -> Value {
        json!({"id": id, "zone": zone, "subDomain": self.sub_domain, "ip": self.ip, "ttl": TTL})
    }
}

fn render_login(login: &str, sub_domain: &str, zone: &str) -> Value {
    json!({"login": login, "subDomain": sub_domain, "zone": zone})
}

fn of<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut DynHost, Refusal> {
    zones::find(ctx).map(|zone| &mut zone.dyn_host)
}

fn zone(ctx: &Ctx<'_>) -> String {
    // As zones are found: names of DNS are the same in any case (RFC 1035, 2.3.3).
    ctx.parameters[0].to_ascii_lowercase()
}

fn list_records(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let zone = zone(ctx);
    let all: Vec<(i64, String, Value)> = of(ctx)?
        .records
        .iter()
        .map(|(id, record)| (*id, record.sub_domain.clone(), record.render(*id, &zone)))
        .collect();
    let rows: Vec<_> = all
        .into_iter()
        .filter(|(_, sub_domain, _)| ctx.query.admits("subDomain", sub_domain))
        .map(|(id, _, record)| (json!(id), record))
        .collect();
    expandable(ctx, rows)
}

fn create_record(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let record = Record {
        sub_domain: ctx.body.text("subDomain").to_owned(),
        ip: ctx.body.text("ip").to_owned(),
    };
    let (id, zone) = (ctx.account.id(), zone(ctx));
    let records = &mut of(ctx)?.records;
    if records
        .values()
        .any(|other| other.sub_domain == record.sub_domain)
    {
        return Err(Refusal::conflict(
            "A dynHost record of this name exists already",
        ));
    }
    let answer = record.render(id, &zone);
    records.insert(id, record);
    Ok(answer)
}

fn record<'c>(ctx: &'c mut Ctx<'_>) -> Result<(i64, &'c mut Record), Refusal> {
    let text = ctx.parameters[1].clone();
    let records = &mut of(ctx)?.records;
    let id: Option<i64> = text.parse().ok();
    let record = id.and_then(|id| Some((id, records.get_mut(&id)?)));
    record.ok_or_else(|| Refusal::no_such_object(text))
}

fn get_record(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let zone = zone(ctx);
    record(ctx).map(|(id, record)| record.render(id, &zone))
}

fn change_record(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let (id, record) = record(ctx)?;
    let mut object = record.render(id, "");
    body.amend(&mut object);
    let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
    (record.sub_domain, record.ip) = (text("subDomain"), text("ip"));
    Ok(Value::Null)
}

fn delete_record(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (id, _) = record(ctx)?;
    of(ctx)?.records.remove(&id);
    Ok(Value::Null)
}

fn list_logins(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let zone = zone(ctx);
    let all = of(ctx)?.logins.clone();
    let rows: Vec<_> = all
        .iter()
        .filter(|(login, _)| ctx.query.admits("login", login))
        .filter(|(_, sub_domain)| ctx.query.admits("subDomain", sub_domain))
        .map(|(login, sub_domain)| (json!(login), render_login(login, sub_domain, &zone)))
        .collect();
    expandable(ctx, rows)
}

fn create_login(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let zone = zone(ctx);
    // The form that OVHcloud's guide to DynHost shows: the zone, a dash and the suffix.
    let login = format!("{zone}-{}", ctx.body.text("loginSuffix"));
    let sub_domain = ctx.body.text("subDomain").to_owned();
    check_password(ctx)?;
    let logins = &mut of(ctx)?.logins;
    if logins.contains_key(&login) {
        return Err(Refusal::conflict("This login exists already"));
    }
    let answer = render_login(&login, &sub_domain, &zone);
    logins.insert(login, sub_domain);
    Ok(answer)
}

/// Nobody updates records here, so a password is looked at and not kept.
fn check_password(ctx: &Ctx<'_>) -> Result<(), Refusal> {
    if ctx.body.text("password").is_empty() {
        return Err(Refusal::wrong_value("password", "", "is not a password"));
    }
    Ok(())
}

fn login<'c>(ctx: &'c mut Ctx<'_>) -> Result<(String, &'c mut String), Refusal> {
    let login = ctx.parameters[1].clone();
    match of(ctx)?.logins.get_mut(&login) {
        Some(sub_domain) => Ok((login, sub_domain)),
        None => Err(Refusal::no_such_object(login)),
    }
}

fn get_login(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let zone = zone(ctx);
    login(ctx).map(|(login, sub_domain)| render_login(&login, sub_domain, &zone))
}

fn change_login(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let wanted = ctx
        .body
        .get("subDomain")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let (_, sub_domain) = login(ctx)?;
    if let Some(wanted) = wanted {
        *sub_domain = wanted;
    }
    Ok(Value::Null)
}

fn change_password(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    login(ctx)?;
    check_password(ctx)?;
    Ok(Value::Null)
}

fn delete_login(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (name, _) = login(ctx)?;
    of(ctx)?.logins.remove(&name);
    Ok(Value::Null)
}
