//! DNS zones.
//!
//! What a zone says changes with the request; the action that the request starts is the work of telling the name
//! servers, and the zone is `updating` as long as there is one.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Input;
use super::labels::Labels;
use super::project::{Effect, Kind, named};
use super::query::{Order, list};
use super::records;
use super::rrsets::{self, Key, Record, RrSet};
use super::zonefile::{self, Contents};
use super::{Ctx, Handler, actions, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_zones", "GET", "/zones", list_zones),
    route("create_zone", "POST", "/zones", create_zone),
    route("list_zones_actions", "GET", "/zones/actions", |ctx| {
        actions::list_of_kind(ctx, Kind::Zone)
    }),
    route("get_zones_action", "GET", "/zones/actions/{id}", |ctx| {
        actions::show_of_kind(ctx, Kind::Zone)
    }),
    route("get_zone", "GET", "/zones/{id_or_name}", get_zone),
    route("update_zone", "PUT", "/zones/{id_or_name}", update_zone),
    route("delete_zone", "DELETE", "/zones/{id_or_name}", delete_zone),
    route(
        "get_zone_zonefile",
        "GET",
        "/zones/{id_or_name}/zonefile",
        get_zonefile,
    ),
    route(
        "list_zone_actions",
        "GET",
        "/zones/{id_or_name}/actions",
        list_zone_actions,
    ),
    route(
        "change_zone_primary_nameservers",
        "POST",
        "/zones/{id_or_name}/actions/change_primary_nameservers",
        change_primary_nameservers,
    ),
    route(
        "change_zone_protection",
        "POST",
        "/zones/{id_or_name}/actions/change_protection",
        change_protection,
    ),
    route(
        "change_zone_ttl",
        "POST",
        "/zones/{id_or_name}/actions/change_ttl",
        change_ttl,
    ),
    route(
        "import_zone_zonefile",
        "POST",
        "/zones/{id_or_name}/actions/import_zonefile",
        import_zonefile,
    ),
];

pub(crate) const NAMESERVERS: [&str; 3] = [
    "hydrogen.ns.hetzner.com.",
    "oxygen.ns.hetzner.com.",
    "helium.ns.hetzner.de.",
];

const USUAL_TTL: u32 = 3600;

#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Zone {
    id: i64,
    name: String,
    created: String,
    created_at: Duration,
    is_primary: bool,
    ttl: u32,
    labels: Labels,
    protected: bool,
    primaries: Vec<Primary>,
    #[serde(with = "crate::keep::by_name_and_word")]
    pub(crate) rrsets: BTreeMap<Key, RrSet>,
    /// Actions that tell the name servers.
    publishing: u32,
    /// Whether the last of them failed.
    failed: bool,
    deleting: bool,
}

#[derive(Debug, serde::Deserialize, serde::Serialize)]
struct Primary {
    address: IpAddr,
    port: i64,
    tsig_key: Option<String>,
    #[serde(deserialize_with = "crate::keep::optional_word")]
    tsig_algorithm: Option<crate::keep::Word>,
}

/// What the end of an action means for a zone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Published,
    Gone,
}

const ORDERS: &[Order<Zone>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created_at.cmp(&b.created_at)),
];

named!(Zone);

impl Primary {
    fn render(&self) -> Value {
        let mut value = json!({"address": self.address, "port": self.port});
        if let Some(key) = &self.tsig_key {
            value["tsig_key"] = json!(key);
        }
        if let Some(algorithm) = self.tsig_algorithm {
            value["tsig_algorithm"] = json!(algorithm);
        }
        value
    }
}

impl Zone {
    pub(crate) fn published(&mut self, failed: bool) {
        self.publishing = self.publishing.saturating_sub(1);
        self.failed = failed;
    }

    pub(crate) fn stay(&mut self) {
        self.deleting = false;
    }

    fn status(&self) -> &'static str {
        match (self.publishing, self.failed) {
            // Running work hides an earlier failure, which its end may have mended.
            (1.., _) => "updating",
            (0, true) => "error",
            (0, false) => "ok",
        }
    }

    fn render(&self) -> Value {
        let records: usize = self.rrsets.values().map(|rrset| rrset.records.len()).sum();
        json!({
            "id": self.id,
            "name": self.name,
            "created": self.created,
            "mode": if self.is_primary { "primary" } else { "secondary" },
            "status": self.status(),
            "ttl": self.ttl,
            "record_count": records,
            "labels": self.labels,
            "protection": {"delete": self.protected},
            "registrar": "other",
            "authoritative_nameservers": {
                "assigned": NAMESERVERS,
                "delegated": [],
                "delegation_last_check": null,
                "delegation_status": "unknown",
            },
            // Empty for a zone in primary mode, and there all the same: the official Ansible collection counts them.
            "primary_nameservers": self.primaries.iter().map(Primary::render).collect::<Vec<_>>(),
        })
    }

    /// Refuses to replace or to delete all RRsets while one of them is protected against change.
    fn check_rrsets_unprotected(&self) -> Result<(), Refusal> {
        if self.rrsets.values().any(|rrset| rrset.protected) {
            return Err(Refusal::protected("RRset"));
        }
        Ok(())
    }

    /// Counts the serial up, by the convention of a date and two digits.
    fn count_up(&mut self, today: &str) {
        // A zone in secondary mode has no records of its own.
        let Some(soa) = self
            .rrsets
            .get_mut(&("@".to_owned(), "SOA"))
            .and_then(|soa| soa.records.first_mut())
        else {
            return;
        };
        let mut words: Vec<String> = soa.value.split(' ').map(str::to_owned).collect();
        let first: u64 = today.parse::<u64>().unwrap_or_default() * 100;
        if let Some(serial) = words.get_mut(2) {
            let next = serial
                .parse::<u64>()
                // More than a hundred changes a day, or a serial from an imported file, run ahead of the date.
                .map_or(first, |serial| first.max(serial + 1));
            *serial = next.to_string();
        }
        soa.value = words.join(" ");
    }
}

/// The day as serials write it.
fn today(ctx: &Ctx<'_>) -> String {
    ctx.project
        .stamp()
        .chars()
        .filter(char::is_ascii_digit)
        .take(8)
        .collect()
}

pub(crate) fn get(ctx: &Ctx<'_>) -> Result<i64, Refusal> {
    let wanted = ctx.parameter(0);
    let zones = &ctx.project.zones;
    // A name of digits alone is no domain, so nothing is lost by taking it for an id.
    let found = match wanted.parse() {
        Ok(id) => zones.get(id),
        Err(_) => zones.by_name(wanted),
    };
    found
        .map(|zone| zone.id)
        .ok_or_else(|| Refusal::not_found("zone", wanted))
}

/// The zone in the path, if it can be changed now. To a change, one that is being deleted is gone.
fn changeable<'p>(ctx: &'p mut Ctx<'_>) -> Result<&'p mut Zone, Refusal> {
    let id = get(ctx)?;
    let zone = ctx.project.zones.get_mut(id).filter(|zone| !zone.deleting);
    zone.ok_or_else(|| Refusal::not_found("zone", id))
}

fn wrong_mode() -> Refusal {
    Refusal::new(
        422,
        "incorrect_zone_mode",
        "the zone's mode does not allow this",
    )
}

/// The zone in the path, if its records are edited here.
pub(crate) fn primary<'p>(ctx: &'p mut Ctx<'_>) -> Result<&'p mut Zone, Refusal> {
    let zone = changeable(ctx)?;
    if zone.is_primary {
        Ok(zone)
    } else {
        Err(wrong_mode())
    }
}

impl Zone {
    pub(crate) fn key(&self) -> (i64, &str) {
        (self.id, &self.name)
    }
}

/// Starts to tell the name servers, and answers with the action.
pub(crate) fn publish(
    ctx: &mut Ctx<'_>,
    status: u16,
    command: &'static str,
    id: i64,
) -> Result<Answer, Refusal> {
    let action = publishing(ctx, command, id);
    one(status, "action", action)
}

pub(crate) fn publishing(ctx: &mut Ctx<'_>, command: &'static str, id: i64) -> Value {
    let today = today(ctx);
    if let Some(zone) = ctx.project.zones.get_mut(id) {
        zone.publishing += 1;
        zone.count_up(&today);
    }
    let effect = Effect::Zone(id, Change::Published);
    // Never refused: zones take changes side by side.
    let action = ctx.follow(command, 1, vec![(Kind::Zone, id)], Some(effect));
    ctx.project.action(action)
}

fn list_zones(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.query.check("mode", &["primary", "secondary"])?;
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.zones.select(ctx.query.get("name"));
    rows.retain(|zone| {
        ctx.query.admits(
            "mode",
            if zone.is_primary {
                "primary"
            } else {
                "secondary"
            },
        ) && selects(&zone.labels)
    });
    list(ctx, "zones", rows, ORDERS, Zone::render)
}

pub(crate) fn read_ttl(input: &mut Input, field: &str) -> Option<u32> {
    let ttl = input.integer(field)?;
    let ttl = u32::try_from(ttl)
        .ok()
        .filter(|ttl| (60..=2_147_483_647).contains(ttl));
    if ttl.is_none() {
        input.problem(field, "must be from 60 to 2147483647 seconds");
    }
    ttl
}

fn read_primaries(input: &mut Input) -> Vec<Primary> {
    let mut primaries = Vec::new();
    for mut item in input.objects("primary_nameservers").unwrap_or_default() {
        let address = item.required("address", Input::text);
        match address.parse() {
            Ok(address) => {
                let port = item.integer("port").unwrap_or(53);
                if !(1..=65_535).contains(&port) {
                    item.problem("port", "must be from 1 to 65535");
                }
                let tsig_key = item.string("tsig_key");
                let tsig_algorithm =
                    item.choice("tsig_algorithm", &["hmac-md5", "hmac-sha1", "hmac-sha256"]);
                primaries.push(Primary {
                    address,
                    port,
                    tsig_key,
                    tsig_algorithm,
                });
            }
            Err(_) if !address.is_empty() => item.problem("address", "is not an IP address"),
            Err(_) => {}
        }
        input.absorb("primary_nameservers", item);
    }
    primaries
}

fn create_zone(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    if let Some(problem) = records::zone_problem(&name).filter(|_| !name.is_empty()) {
        input.problem("name", problem);
    }
    let mode = input.required("mode", |input, field| {
        input.choice(field, &["primary", "secondary"])
    });
    let is_primary = mode == "primary";
    let ttl = read_ttl(&mut input, "ttl");
    let labels = input.labels("labels").unwrap_or_default();
    let mut contents = Contents {
        ttl: None,
        rrsets: BTreeMap::new(),
    };
    let mut primaries = Vec::new();
    if is_primary {
        let rrsets = rrsets::read_all(&mut input, &name);
        // The description has the fields of both modes in one object.
        input.ignore(&["primary_nameservers"]);
        if let Some(file) = input.string("zonefile").filter(|file| !file.is_empty()) {
            if !rrsets.is_empty() {
                input.problem("rrsets", "must be empty when there is a zone file");
            }
            contents = read_zonefile(&mut input, &file, &name);
        } else {
            contents.rrsets = rrsets;
        }
    } else {
        input.ignore(&["rrsets", "zonefile"]);
        primaries = read_primaries(&mut input);
        if mode == "secondary" && primaries.is_empty() {
            input.problem(
                "primary_nameservers",
                "must not be empty for a zone in secondary mode",
            );
        }
    }
    input.finish()?;
    rrsets::check_all_distinct(&contents.rrsets)?;
    ctx.project.zones.check_name(&name, None)?;

    let mut rrsets = contents.rrsets;
    if is_primary {
        let apex = |kind| ("@".to_owned(), kind);
        let record = |value: String| Record {
            value,
            comment: None,
        };
        // The service adds what the request leaves out (the official Ansible collection creates zones from files
        // without SOA and NS).
        rrsets.entry(apex("SOA")).or_insert_with(|| {
            let numbers = format!("{}00 86400 10800 3600000 3600", today(ctx));
            RrSet::of([record(format!(
                "{} dns.hetzner.com. {numbers}",
                NAMESERVERS[0]
            ))])
        });
        rrsets
            .entry(apex("NS"))
            .or_insert_with(|| RrSet::of(NAMESERVERS.map(|server| record(server.to_owned()))));
    }
    let id = ctx.shared.id();
    ctx.project.zones.insert(Zone {
        id,
        name,
        created: ctx.project.stamp(),
        created_at: ctx.project.now(),
        is_primary,
        // A `$TTL` in the file is nearer to its records than the field beside it.
        ttl: contents.ttl.or(ttl).unwrap_or(USUAL_TTL),
        labels,
        protected: false,
        primaries,
        rrsets,
        publishing: 0,
        failed: false,
        deleting: false,
    });
    let action = publishing(ctx, "create_zone", id);
    let zone = ctx.project.zones.get(id).map(Zone::render);
    Ok(Answer::json(201, &json!({"zone": zone, "action": action})))
}

fn show(ctx: &Ctx<'_>, id: i64) -> Result<Answer, Refusal> {
    one(
        200,
        "zone",
        ctx.project.zones.get(id).map_or(Value::Null, Zone::render),
    )
}

fn get_zone(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    show(ctx, id)
}

fn update_zone(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let zone = changeable(ctx)?;
    let id = zone.id;
    let labels = input.labels("labels");
    input.finish()?;
    if let Some(labels) = labels {
        zone.labels = labels;
    }
    show(ctx, id)
}

fn delete_zone(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let zone = changeable(ctx)?;
    if zone.protected {
        return Err(Refusal::protected("zone"));
    }
    // 423 for a zone whose own protection is off: the official Ansible collection asserts it for RRsets.
    zone.check_rrsets_unprotected()?;
    zone.deleting = true;
    let id = zone.id;
    let action = ctx.start(
        "delete_zone",
        1,
        vec![(Kind::Zone, id)],
        Some(Effect::Zone(id, Change::Gone)),
    )?;
    one(201, "action", ctx.project.action(action))
}

fn get_zonefile(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let zone = primary(ctx)?;
    let text = zonefile::write(&zone.name, zone.ttl, &zone.rrsets);
    one(200, "zonefile", json!(text))
}

fn list_zone_actions(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    actions::list_of(ctx, (Kind::Zone, id))
}

fn change_primary_nameservers(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let zone = changeable(ctx)?;
    if zone.is_primary {
        return Err(wrong_mode());
    }
    let primaries = read_primaries(&mut input);
    if primaries.is_empty() {
        input.problem("primary_nameservers", "must not be empty");
    }
    input.finish()?;
    zone.primaries = primaries;
    let id = zone.id;
    publish(ctx, 201, "change_primary_nameservers", id)
}

fn change_protection(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let zone = changeable(ctx)?;
    let delete = input.boolean("delete");
    input.finish()?;
    // `delete` is optional in the description; without it nothing changes.
    zone.protected = delete.unwrap_or(zone.protected);
    let id = zone.id;
    publish(ctx, 201, "change_protection", id)
}

fn change_ttl(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let zone = primary(ctx)?;
    let ttl = input.required("ttl", read_ttl);
    input.finish()?;
    zone.ttl = ttl;
    let id = zone.id;
    publish(ctx, 201, "change_ttl", id)
}

/// Reads a zone file that a zone can be made of. It may leave SOA and NS records to the service, as the official Ansible
/// collection does.
fn read_zonefile(input: &mut Input, text: &str, zone: &str) -> Contents {
    let contents = zonefile::parse(text, zone).unwrap_or_else(|problem| {
        input.problem("zonefile", problem);
        Contents {
            ttl: None,
            rrsets: BTreeMap::new(),
        }
    });
    // What could not be read is reported by now; what is empty is the caller's to judge.
    if contents.rrsets.is_empty() {
        return contents;
    }
    let apex = |kind| contents.rrsets.get(&("@".to_owned(), kind));
    if apex("SOA").is_some_and(|soa| soa.records.len() != 1) {
        input.problem("zonefile", "must not have more than one SOA record");
    }
    for key in contents.rrsets.keys() {
        if let Some(problem) = rrsets::conflict(&contents.rrsets, key) {
            input.problem("zonefile", format!("{} {}: {problem}", key.0, key.1));
        }
    }
    contents
}

/// What replaces all records must have the ones that no zone is without. Nobody has reported that the service adds them
/// here, as it does for a new zone.
fn check_apex(input: &mut Input, contents: &Contents) {
    let apex = |kind| contents.rrsets.get(&("@".to_owned(), kind));
    if apex("SOA").is_none() {
        input.problem("zonefile", "must have one SOA record");
    }
    let has = |server: &str| {
        apex("NS").is_some_and(|ns| {
            ns.records
                .iter()
                .any(|record| record.value.eq_ignore_ascii_case(server))
        })
    };
    if !NAMESERVERS.iter().all(|server| has(server)) {
        input.problem(
            "zonefile",
            format!("must have the NS records {}", NAMESERVERS.join(", ")),
        );
    }
}

fn import_zonefile(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let zone = primary(ctx)?;
    let file = input.required("zonefile", Input::text);
    let contents = read_zonefile(&mut input, &file, &zone.name);
    if contents.rrsets.is_empty() {
        input.problem("zonefile", "has no records");
    } else {
        check_apex(&mut input, &contents);
    }
    input.finish()?;
    zone.check_rrsets_unprotected()?;
    zone.ttl = contents.ttl.unwrap_or(zone.ttl);
    zone.rrsets = contents.rrsets;
    let id = zone.id;
    publish(ctx, 201, "import_zonefile", id)
}
