//! `/domain/zone`: zones and their records, which are served from the next refresh on.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::route::Route;
use crate::service::time::since_1970;

use super::account::Account;
use super::body::{Field, Kind, nullable, optional, read_only, required, unalterable};
use super::dyn_host::DynHost;
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::task::{Family, Task};
use super::{Ctx, datetime, service_infos, zone_file};

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Zone {
    records: BTreeMap<i64, Content>,
    /// What the name servers have.
    deployed: BTreeMap<i64, Content>,
    refreshed_until: SystemTime,
    last_update: SystemTime,
    /// Why the last refresh failed, if it did.
    error: Option<String>,
    iam: Value,
    /// Until when it is paid.
    pub(crate) infos: Value,
    pub(crate) dyn_host: DynHost,
    /// What it says of itself, but for its number.
    soa: Value,
    /// What the name servers had before, oldest first.
    history: Vec<(SystemTime, BTreeMap<i64, Content>)>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Content {
    pub(crate) field_type: String,
    pub(crate) sub_domain: String,
    pub(crate) target: String,
    /// Zero is the zone's default.
    pub(crate) ttl: i64,
}

pub(crate) const TYPES: &[&str] = &[
    "A", "AAAA", "CAA", "CNAME", "DKIM", "DMARC", "DNAME", "LOC", "MX", "NAPTR", "NS", "PTR",
    "SPF", "SRV", "SSHFP", "TLSA", "TXT",
];
const ENUMERATION: &str = "NamedResolutionFieldTypeEnum";
const NAME_SERVERS: [&str; 2] = ["dns10.ovh.net", "ns10.ovh.net"];

const CREATION: &[Field] = &[
    required("fieldType", Kind::OneOf(ENUMERATION, TYPES)),
    nullable("subDomain", Kind::Text),
    required("target", Kind::Text),
    nullable("ttl", Kind::Integer),
    read_only("id"),
    read_only("zone"),
];
const CHANGE: &[Field] = &[
    nullable("subDomain", Kind::Text),
    optional("target", Kind::Text),
    nullable("ttl", Kind::Integer),
    unalterable("fieldType"),
    unalterable("id"),
    unalterable("zone"),
];
const SOA: &[Field] = &[
    optional("email", Kind::Text),
    optional("expire", Kind::Integer),
    optional("nxDomainTtl", Kind::Integer),
    optional("refresh", Kind::Integer),
    optional("serial", Kind::Integer),
    optional("server", Kind::Text),
    optional("ttl", Kind::Integer),
];
const IMPORT: &[Field] = &[required("zoneFile", Kind::Text)];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/domain/zone", Some("dnsZone:apiovh:get"), list).query(&["iamTags"]),
    op!(GET "/domain/zone/{zoneName}", Some("dnsZone:apiovh:get"), get),
    op!(GET "/domain/zone/{zoneName}/status", Some("dnsZone:apiovh:status/get"), status),
    op!(GET "/domain/zone/{zoneName}/record", Some("dnsZone:apiovh:record/get"), list_records)
        .query(&["fieldType", "subDomain"]),
    op!(POST "/domain/zone/{zoneName}/record", Some("dnsZone:apiovh:record/create"), create_record).body(CREATION),
    op!(GET "/domain/zone/{zoneName}/record/{id}", Some("dnsZone:apiovh:record/get"), get_record),
    op!(PUT "/domain/zone/{zoneName}/record/{id}", Some("dnsZone:apiovh:record/edit"), change_record).body(CHANGE),
    op!(DELETE "/domain/zone/{zoneName}/record/{id}", Some("dnsZone:apiovh:record/delete"), delete_record),
    op!(POST "/domain/zone/{zoneName}/refresh", Some("dnsZone:apiovh:refresh"), refresh),
    op!(GET "/domain/zone/{zoneName}/export", Some("dnsZone:apiovh:export/get"), export),
    op!(POST "/domain/zone/{zoneName}/import", Some("dnsZone:apiovh:import"), import).body(IMPORT),
    op!(GET "/domain/zone/{zoneName}/task/{id}", Some("dnsZone:apiovh:task/get"), get_task),
    op!(GET "/domain/zone/{zoneName}/soa", Some("dnsZone:apiovh:soa/get"), get_soa),
    op!(PUT "/domain/zone/{zoneName}/soa", Some("dnsZone:apiovh:soa/edit"), change_soa).body(SOA),
    op!(GET "/domain/zone/{zoneName}/history", Some("dnsZone:apiovh:history/get"), list_history)
        .query(&["creationDate.from", "creationDate.to"]),
    op!(GET "/domain/zone/{zoneName}/history/{creationDate}", Some("dnsZone:apiovh:history/get"), get_point),
    op!(
        POST "/domain/zone/{zoneName}/history/{creationDate}/restore",
        Some("dnsZone:apiovh:history/restore"),
        restore
    ),
];

/// Two zones with the records that the real service makes for a new one.
pub(crate) fn seed(account: &mut Account, more: &[String]) {
    let usual = ["example.com", "example.org"].into_iter();
    for name in usual.chain(more.iter().map(String::as_str)) {
        let own = format!("\"1|www.{name}\"");
        let records = [
            ("NS", "", NAME_SERVERS[0].to_owned() + "."),
            ("NS", "", NAME_SERVERS[1].to_owned() + "."),
            ("MX", "", "1 mx1.mail.ovh.net.".to_owned()),
            ("MX", "", "5 mx2.mail.ovh.net.".to_owned()),
            ("A", "", "192.0.2.80".to_owned()),
            ("A", "www", "192.0.2.80".to_owned()),
            ("TXT", "www", own),
            ("TXT", "", "\"v=spf1 include:mx.ovh.com ~all\"".to_owned()),
        ];
        let records: BTreeMap<i64, Content> = records
            .into_iter()
            .map(|(kind, sub_domain, target)| {
                let content = Content {
                    field_type: kind.to_owned(),
                    sub_domain: sub_domain.to_owned(),
                    target,
                    ttl: 0,
                };
                (account.id(), content)
            })
            .collect();
        let iam = account.resource("dnsZone", name, &json!({}));
        let infos = service_infos::fresh(account, name, None);
        let now = account.now();
        let deployed = records.clone();
        let history = vec![(now, records.clone())];
        let zone = Zone {
            records,
            deployed,
            refreshed_until: now,
            last_update: now,
            error: None,
            iam,
            infos,
            soa: json!({
                "server": format!("{}.", NAME_SERVERS[0]),
                "email": "tech.ovh.net.",
                "refresh": 86_400,
                "expire": 3_600_000,
                "nxDomainTtl": 300,
                "ttl": 3600,
            }),
            history,
            dyn_host: DynHost::default(),
        };
        account.zones.insert(name.to_owned(), zone);
    }
}

impl Zone {
    /// A serial has to grow with each change that is served (RFC 1912, 2.2); the time does.
    fn serial(&self) -> u32 {
        // It has 32 bits, and begins again after the last one (RFC 1982).
        let seconds = since_1970(self.last_update).as_secs() % (1 << 32);
        u32::try_from(seconds).unwrap_or_default()
    }

    /// Gives these records to the name servers, and keeps them for those who want them back.
    fn deploy(&mut self, records: BTreeMap<i64, Content>, now: SystemTime) {
        self.history.push((now, records.clone()));
        self.deployed = records;
        self.last_update = now;
    }

    fn render(&self, name: &str) -> Value {
        json!({
            "name": name,
            "nameServers": NAME_SERVERS,
            "dnssecSupported": true,
            "dnssecActivated": false,
            "hasDnsAnycast": false,
            "lastUpdate": datetime(self.last_update),
            "iam": self.iam,
        })
    }
}

impl Content {
    fn render(&self, id: i64, zone: &str) -> Value {
        json!({
            "id": id,
            "zone": zone,
            "fieldType": self.field_type,
            "subDomain": self.sub_domain,
            "target": self.target,
            "ttl": self.ttl,
        })
    }

    /// What is wrong with it, if anything. Targets of most types are taken as they are.
    fn problem(&self) -> Option<String> {
        let mut words = self.target.split_whitespace();
        let fits = match self.field_type.as_str() {
            "A" => self.target.parse::<std::net::Ipv4Addr>().is_ok(),
            "AAAA" => self.target.parse::<std::net::Ipv6Addr>().is_ok(),
            "MX" => {
                words.next().is_some_and(|word| word.parse::<u16>().is_ok())
                    && words.next().is_some()
            }
            "SRV" => {
                (0..3).all(|_| words.next().is_some_and(|word| word.parse::<u16>().is_ok()))
                    && words.count() == 1
            }
            // The quotes are around the whole of it, not around its values.
            // The text of the real service's refusal, as StackExchange/dnscontrol#1235 and #1640 have it.
            "DKIM" if self.target.starts_with('"') => {
                return Some("Invalid subfield found in DKIM".to_owned());
            }
            // RFC 7489 (6.1) has the name; dnscontrol#2488 tells of the service's checks of this type.
            "DMARC" if self.sub_domain.split('.').next() != Some("_dmarc") => {
                return Some(format!(
                    "Invalid subDomain '{}' for a record of type DMARC: it has to begin with _dmarc",
                    self.sub_domain
                ));
            }
            _ => !self.target.trim().is_empty(),
        };
        if !fits {
            return Some(format!(
                "Invalid target '{}' for a record of type {}",
                self.target, self.field_type
            ));
        }
        (self.ttl < 0).then(|| format!("Invalid TTL {}", self.ttl))
    }

    /// What the service makes of it before it answers: it quotes texts (ovh/terraform-provider-ovh#1193), and raises what
    /// is less than a minute (ovh/terraform-provider-ovh#397).
    fn normalised(mut self) -> Self {
        let is_quoted =
            self.target.len() > 1 && self.target.starts_with('"') && self.target.ends_with('"');
        if self.field_type == "TXT" && !is_quoted {
            self.target = format!("\"{}\"", self.target);
        }
        if (1..60).contains(&self.ttl) {
            self.ttl = 60;
        }
        self
    }
}

pub(crate) fn find<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Zone, Refusal> {
    let name = ctx.parameters[0].to_ascii_lowercase();
    ctx.account
        .zones
        .get_mut(&name)
        .ok_or_else(Refusal::no_such_service)
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let mut rows = Vec::new();
    for (name, zone) in &ctx.account.zones {
        if ctx.query.admits_tags("iamTags", &zone.iam["tags"])? {
            rows.push((json!(name), zone.render(name)));
        }
    }
    expandable(ctx, rows)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].to_ascii_lowercase();
    find(ctx).map(|zone| zone.render(&name))
}

fn status(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let now = ctx.now();
    let zone = find(ctx)?;
    // Changes are served from the next refresh on, and until then the status says that they are not.
    let deployed = zone.records == zone.deployed && zone.refreshed_until <= now;
    let errors: Vec<&String> = zone.error.iter().collect();
    Ok(json!({"isDeployed": deployed && errors.is_empty(), "errors": errors, "warnings": []}))
}

fn list_records(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.query.one_of("fieldType", ENUMERATION, TYPES)?;
    let name = ctx.parameters[0].to_ascii_lowercase();
    find(ctx)?;
    let (zone, query) = (&ctx.account.zones[&name], &ctx.query);
    let rows: Vec<_> = zone
        .records
        .iter()
        .filter(|(_, record)| query.admits("fieldType", &record.field_type))
        .filter(|(_, record)| query.admits("subDomain", &record.sub_domain))
        .map(|(id, record)| (json!(id), record.render(*id, &name)))
        .collect();
    expandable(ctx, rows)
}

fn record<'c>(ctx: &'c mut Ctx<'_>) -> Result<(i64, &'c mut Content), Refusal> {
    let text = ctx.parameters[1].clone();
    let zone = find(ctx)?;
    let id: Option<i64> = text.parse().ok();
    let record = id.and_then(|id| Some((id, zone.records.get_mut(&id)?)));
    record.ok_or_else(|| Refusal::no_such_object(text))
}

fn create_record(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let record = Content {
        field_type: ctx.body.text("fieldType").to_owned(),
        sub_domain: ctx.body.text("subDomain").to_owned(),
        target: ctx.body.text("target").to_owned(),
        ttl: ttl(ctx.body.get("ttl")),
    };
    let id = ctx.account.id();
    let name = ctx.parameters[0].to_ascii_lowercase();
    let zone = find(ctx)?;
    let record = check(zone, id, record)?;
    let answer = record.render(id, &name);
    zone.records.insert(id, record);
    Ok(answer)
}

/// Null, zero and nothing at all are one: the zone's default.
fn ttl(sent: Option<&Value>) -> i64 {
    sent.and_then(Value::as_i64).unwrap_or_default()
}

/// The record as the service keeps it, unless it is wrong in itself or another one excludes it.
fn check(zone: &Zone, id: i64, record: Content) -> Result<Content, Refusal> {
    if let Some(problem) = record.problem() {
        return Err(Refusal::bad_request(problem));
    }
    let record = record.normalised();
    let is_alias = |record: &Content| record.field_type == "CNAME";
    let mut others = zone
        .records
        .iter()
        .filter(|(other, _)| **other != id)
        .map(|(_, other)| other);
    match others.find(|other| {
        // RFC 1034 (3.6.2): where there is a CNAME, there is nothing else.
        other.sub_domain == record.sub_domain && (is_alias(other) || is_alias(&record))
    }) {
        Some(other) if *other == record => Err(Refusal::conflict("This record exists already")),
        Some(_) => Err(Refusal::conflict(
            "A CNAME record cannot have the name of another record",
        )),
        None => Ok(record),
    }
}

fn get_record(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].to_ascii_lowercase();
    record(ctx).map(|(id, record)| record.render(id, &name))
}

fn change_record(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let (id, record) = record(ctx)?;
    let mut object = record.render(id, "");
    body.amend(&mut object);
    let changed = Content {
        sub_domain: object["subDomain"].as_str().unwrap_or_default().to_owned(),
        target: object["target"].as_str().unwrap_or_default().to_owned(),
        // An update that leaves it out keeps it, one with null goes back to the default.
        ttl: ttl(object.get("ttl")),
        // The type cannot be changed; whoever wants another one deletes the record and makes a new one.
        field_type: record.field_type.clone(),
    };
    let zone = find(ctx)?;
    let changed = check(zone, id, changed)?;
    zone.records.insert(id, changed);
    Ok(Value::Null)
}

fn delete_record(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (id, _) = record(ctx)?;
    find(ctx)?.records.remove(&id);
    Ok(Value::Null)
}

/// Brings the records, as they are now, to the name servers. One refresh at a time: the real service refuses a second
/// one as well.
fn refresh(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    // Two that came one second after the other have both succeeded.
    let (now, time) = (ctx.now(), ctx.unit() / 10);
    let name = ctx.parameters[0].to_ascii_lowercase();
    let zone = find(ctx)?;
    // 409, as ovh/terraform-provider-ovh#76 has met it.
    if zone.refreshed_until > now {
        return Err(Refusal::conflict(
            "A refresh of this zone is under way, please retry later",
        ));
    }
    zone.refreshed_until = now + time;
    // As they are now: what is changed while the refresh is under way waits for the next one.
    let records = zone.records.clone();
    let error = ctx
        .call
        .fail_actions
        .as_ref()
        .map(|(_, message)| message.clone());
    ctx.account.after(time, move |account| {
        let now = account.now();
        if let Some(zone) = account.zones.get_mut(&name) {
            if error.is_none() {
                zone.deploy(records, now);
            }
            zone.error = error;
        }
    });
    Ok(Value::Null)
}

fn export(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].to_ascii_lowercase();
    let zone = find(ctx)?;
    Ok(zone_file::write(
        &name,
        zone.serial(),
        NAME_SERVERS[0],
        // The file is that of the name servers, so that changes before a refresh are not in it.
        zone.deployed.values().cloned(),
    )
    .into())
}

fn import(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].to_ascii_lowercase();
    find(ctx)?;
    let records = zone_file::parse(ctx.body.text("zoneFile"), &name).map_err(|problem| {
        Refusal::bad_request(format!("The zone file is not valid: {problem}"))
    })?;
    // The whole file is refused, and before the task: half of an import would take the rest of the zone away.
    if let Some(problem) = records.iter().find_map(Content::problem) {
        return Err(Refusal::bad_request(problem));
    }
    let zone = name.clone();
    let task = ctx.start(
        Family::Zone,
        "ZoneImport",
        &name,
        1,
        move |account, done| {
            if !done {
                return;
            }
            let records: BTreeMap<i64, Content> = records
                .into_iter()
                .map(|record| (account.id(), record.normalised()))
                .collect();
            let now = account.now();
            if let Some(zone) = account.zones.get_mut(&zone) {
                // The file takes the place of all records, and needs no refresh.
                zone.records.clone_from(&records);
                zone.deploy(records, now);
            }
        },
    );
    let now = ctx.now();
    Ok(render_task(&ctx.account.tasks[&task], now))
}

/// A task of a zone; that of a registered name has these fields too.
pub(crate) fn render_task(task: &Task, now: SystemTime) -> Value {
    json!({
        "id": task.id,
        "function": task.function,
        "status": task.state(now, ["todo", "todo", "doing", "done", "error"], &["cancelled", "problem"]),
        "comment": task.comment(now),
        "canAccelerate": false,
        "canCancel": false,
        "canRelaunch": false,
        "creationDate": datetime(task.created),
        "todoDate": datetime(task.created),
        "lastUpdate": datetime(now),
        "doneDate": task.ended(now).map(datetime),
    })
}

fn get_task(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].to_ascii_lowercase();
    find(ctx)?;
    let now = ctx.now();
    let task = ctx.task(Family::Zone, &name, &ctx.parameters[1])?;
    Ok(render_task(task, now))
}

fn get_soa(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let zone = find(ctx)?;
    let mut soa = zone.soa.clone();
    soa["serial"] = json!(zone.serial());
    Ok(soa)
}

fn change_soa(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    for field in ["expire", "nxDomainTtl", "refresh", "ttl"] {
        let seconds = body.get(field).and_then(Value::as_i64);
        if let Some(seconds) = seconds.filter(|seconds| *seconds < 60) {
            return Err(Refusal::wrong_value(field, seconds, "is less than 60"));
        }
    }
    body.amend(&mut find(ctx)?.soa);
    Ok(Value::Null)
}

fn render_point(zone: &str, saved: SystemTime) -> Value {
    let saved = datetime(saved);
    json!({"creationDate": saved, "zoneFileUrl": format!("https://zone-history.example/{zone}/{saved}")})
}

fn list_history(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let within = ctx.query.period("creationDate")?;
    let name = ctx.parameters[0].to_ascii_lowercase();
    let rows: Vec<_> = find(ctx)?
        .history
        .iter()
        .filter(|(saved, _)| within(*saved))
        .map(|(saved, _)| (json!(datetime(*saved)), render_point(&name, *saved)))
        .collect();
    expandable(ctx, rows)
}

/// The saved state in the path.
fn point(ctx: &mut Ctx<'_>) -> Result<(SystemTime, BTreeMap<i64, Content>), Refusal> {
    let wanted = ctx.parameters[1].clone();
    let mut history = find(ctx)?.history.iter();
    history
        .find(|(saved, _)| datetime(*saved) == wanted)
        .cloned()
        .ok_or_else(|| Refusal::no_such_object(wanted))
}

fn get_point(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].to_ascii_lowercase();
    point(ctx).map(|(saved, _)| render_point(&name, saved))
}

fn restore(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (_, records) = point(ctx)?;
    let name = ctx.parameters[0].to_ascii_lowercase();
    let zone = name.clone();
    let task = ctx.start(
        Family::Zone,
        "ZoneRestore",
        &name,
        1,
        move |account, done| {
            let now = account.now();
            if let Some(zone) = account.zones.get_mut(&zone).filter(|_| done) {
                zone.records.clone_from(&records);
                zone.deploy(records, now);
            }
        },
    );
    let now = ctx.now();
    Ok(render_task(&ctx.account.tasks[&task], now))
}
