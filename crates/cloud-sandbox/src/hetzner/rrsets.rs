//! The records of zones, which come and go in sets of one name and type.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Input;
use super::labels::Labels;
use super::query::{Order, list_up_to};
use super::records::{self, TYPES};
use super::zones::{self, Zone};
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_zone_rrsets",
        "GET",
        "/zones/{id_or_name}/rrsets",
        list_rrsets,
    ),
    route(
        "create_zone_rrset",
        "POST",
        "/zones/{id_or_name}/rrsets",
        create_rrset,
    ),
    route(
        "get_zone_rrset",
        "GET",
        "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}",
        get_rrset,
    ),
    route(
        "update_zone_rrset",
        "PUT",
        "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}",
        update_rrset,
    ),
    route(
        "delete_zone_rrset",
        "DELETE",
        "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}",
        delete_rrset,
    ),
    route(
        "change_zone_rrset_protection",
        "POST",
        "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/change_protection",
        change_protection,
    ),
    route(
        "change_zone_rrset_ttl",
        "POST",
        "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/change_ttl",
        change_ttl,
    ),
    route(
        "set_zone_rrset_records",
        "POST",
        "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/set_records",
        set_records,
    ),
    route(
        "add_zone_rrset_records",
        "POST",
        "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/add_records",
        add_records,
    ),
    route(
        "remove_zone_rrset_records",
        "POST",
        "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/remove_records",
        remove_records,
    ),
    route(
        "update_zone_rrset_records",
        "POST",
        "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/update_records",
        update_records,
    ),
];

/// Name and type.
pub(crate) type Key = (String, &'static str);

#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct RrSet {
    pub(crate) ttl: Option<u32>,
    labels: Labels,
    pub(crate) protected: bool,
    pub(crate) records: Vec<Record>,
    /// Sorts by creation.
    order: usize,
}

#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Record {
    pub(crate) value: String,
    pub(crate) comment: Option<String>,
}

const MOST_RECORDS: usize = 50;
const LARGEST_PAGE: usize = 100;

type Row<'z> = (&'z Key, &'z RrSet);

impl RrSet {
    pub(crate) fn new(ttl: Option<u32>, order: usize) -> Self {
        Self {
            ttl,
            labels: Labels::new(),
            protected: false,
            records: Vec::new(),
            order,
        }
    }

    pub(crate) fn of(records: impl IntoIterator<Item = Record>) -> Self {
        Self {
            records: records.into_iter().collect(),
            ..Self::new(None, 0)
        }
    }

    fn render(&self, zone: i64, (name, kind): &Key) -> Value {
        let records: Vec<Value> = self
            .records
            .iter()
            .map(|record| match &record.comment {
                Some(comment) => json!({"value": record.value, "comment": comment}),
                // An absent comment is no key: the description has it optional, and not nullable.
                None => json!({"value": record.value}),
            })
            .collect();
        json!({
            "id": format!("{name}/{kind}"),
            "name": name,
            "type": kind,
            "ttl": self.ttl,
            "labels": self.labels,
            "protection": {"change": self.protected},
            "records": records,
            "zone": zone,
        })
    }

    fn has(&self, value: &str) -> bool {
        self.records.iter().any(|record| record.value == value)
    }
}

/// Why an RRset cannot stand beside the others of a zone, if so.
pub(crate) fn conflict(rrsets: &BTreeMap<Key, RrSet>, (name, kind): &Key) -> Option<&'static str> {
    if *kind == "SOA" && name != "@" {
        return Some("SOA is for the zone itself");
    }
    // RFC 1034, 3.6.2: where there is a CNAME, nothing else can be.
    if *kind != "CNAME" {
        let has_alias = rrsets.contains_key(&(name.clone(), "CNAME"));
        return has_alias.then_some("the name has a CNAME record, which nothing can stand beside");
    }
    // The zone itself always has SOA and NS records.
    if name == "@" {
        return Some("CNAME is not for the zone itself");
    }
    let has_others = TYPES
        .iter()
        .any(|other| *other != "CNAME" && rrsets.contains_key(&(name.clone(), other)));
    has_others.then_some("CNAME cannot stand beside other records")
}

fn read_type(input: &mut Input) -> &'static str {
    input.required("type", |input, field| input.choice(field, &TYPES))
}

/// Reads `records`, with the rules that hold for every request.
fn read_records(input: &mut Input, kind: &str) -> Vec<Record> {
    let items = input.required("records", Input::objects);
    let mut found: Vec<Record> = Vec::new();
    for mut item in items {
        let value = item.required("value", Input::text);
        let comment = item.string("comment");
        if let Some(problem) =
            records::problem(kind, &value).filter(|_| !value.is_empty() && !kind.is_empty())
        {
            item.problem("value", format!("{value:?} {problem}"));
        }
        input.absorb("records", item);
        found.push(Record { value, comment });
    }
    // A name has one alias, and a zone one SOA record (RFC 2181, 10.1).
    if matches!(kind, "CNAME" | "SOA") && found.len() > 1 {
        input.problem("records", "must be one only for this type");
    }
    found
}

/// Refuses values that an RRset would have twice (hetzner/cert-manager-webhook-hetzner#213).
fn check_distinct(there: &[Record], new: &[Record]) -> Result<(), Refusal> {
    // The index of the message counts over what is there and what comes, as in the report.
    let all: Vec<&Record> = there.iter().chain(new).collect();
    for (index, record) in all.iter().enumerate() {
        if all[..index].iter().any(|other| other.value == record.value) {
            return Err(Refusal::duplicate_value(index, &record.value));
        }
    }
    Ok(())
}

fn read_few_records(input: &mut Input, kind: &str) -> Vec<Record> {
    let records = read_records(input, kind);
    if !(1..=MOST_RECORDS).contains(&records.len()) {
        input.problem("records", "must be from 1 to 50");
    }
    records
}

/// Reads one RRset of a body.
fn read(input: &mut Input, zone: &str, order: usize) -> (Key, RrSet) {
    let name = input.required("name", Input::text);
    if let Some(problem) = records::name_problem(&name, zone).filter(|_| !name.is_empty()) {
        input.problem("name", problem);
    }
    let kind = read_type(input);
    let ttl = zones::read_ttl(input, "ttl");
    let labels = input.labels("labels").unwrap_or_default();
    let records = read_records(input, kind);
    if records.is_empty() {
        input.problem("records", "must not be empty");
    }
    (
        (name, kind),
        RrSet {
            labels,
            records,
            ..RrSet::new(ttl, order)
        },
    )
}

/// Refuses RRsets of a new zone that have a value twice.
pub(crate) fn check_all_distinct(rrsets: &BTreeMap<Key, RrSet>) -> Result<(), Refusal> {
    rrsets
        .values()
        .try_for_each(|rrset| check_distinct(&[], &rrset.records))
}

/// Reads the RRsets that a new zone shall have.
pub(crate) fn read_all(input: &mut Input, zone: &str) -> BTreeMap<Key, RrSet> {
    let mut rrsets = BTreeMap::new();
    for mut item in input.objects("rrsets").unwrap_or_default() {
        let (key, rrset) = read(&mut item, zone, rrsets.len());
        if let Some(problem) = conflict(&rrsets, &key) {
            item.problem("type", problem);
        }
        if rrsets.insert(key, rrset).is_some() {
            item.problem("name", "is there twice with this type");
        }
        input.absorb("rrsets", item);
    }
    rrsets
}

fn list_rrsets(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let orders: &[Order<Row<'_>>] = &[
        ("id", |a, b| a.0.cmp(b.0)),
        ("name", |a, b| a.0.0.cmp(&b.0.0)),
        ("created", |a, b| a.1.order.cmp(&b.1.order)),
    ];
    let id = zones::primary(ctx)?.key().0;
    ctx.query.check("type", &TYPES)?;
    let selects = ctx.query.selects()?;
    let Some(zone) = ctx.project.zones.get(id) else {
        return Err(Refusal::not_found("zone", id));
    };
    let rows: Vec<Row<'_>> = zone
        .rrsets
        .iter()
        .filter(|((name, kind), rrset)| {
            ctx.query.admits("name", name)
                && ctx.query.admits("type", kind)
                && selects(&rrset.labels)
        })
        .collect();
    let rows = rows.iter().collect();
    list_up_to(LARGEST_PAGE, ctx, "rrsets", rows, orders, |(key, rrset)| {
        rrset.render(id, key)
    })
}

/// The place of a new RRset behind all others.
fn next_order(rrsets: &BTreeMap<Key, RrSet>) -> usize {
    let orders = rrsets.values().map(|rrset| rrset.order + 1);
    orders.max().unwrap_or(0)
}

fn create_rrset(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let zone = zones::primary(ctx)?;
    let (id, zone_name) = zone.key();
    let order = next_order(&zone.rrsets);
    let (key, rrset) = read(&mut input, zone_name, order);
    if let Some(problem) = conflict(&zone.rrsets, &key) {
        input.problem("type", problem);
    }
    input.finish()?;
    check_distinct(&[], &rrset.records)?;
    if zone.rrsets.contains_key(&key) {
        return Err(Refusal::not_unique("name"));
    }
    let rendered = rrset.render(id, &key);
    zone.rrsets.insert(key, rrset);
    let action = zones::publishing(ctx, "create_rrset", id);
    Ok(Answer::json(
        201,
        &json!({"rrset": rendered, "action": action}),
    ))
}

/// Name and type in the path.
fn key(ctx: &Ctx<'_>) -> Result<Key, Refusal> {
    let (name, kind) = (ctx.parameter(1), ctx.parameter(2));
    let known = TYPES.iter().find(|known| **known == kind);
    known
        .map(|known| (name.to_owned(), *known))
        .ok_or_else(|| Refusal::invalid_input([("rr_type", "is not a type of records")]))
}

fn missing((name, kind): &Key) -> Refusal {
    Refusal::not_found("RRset", format!("{name}/{kind}"))
}

/// The RRset in the path and its zone.
fn find<'p>(ctx: &'p mut Ctx<'_>) -> Result<(&'p mut Zone, Key), Refusal> {
    // Read before the zone is borrowed, but reported after it: a zone that is missing comes first.
    let key = key(ctx);
    let zone = zones::primary(ctx)?;
    let key = key?;
    if zone.rrsets.contains_key(&key) {
        Ok((zone, key))
    } else {
        Err(missing(&key))
    }
}

/// Reads a body and changes the RRset in the path, unless it is protected; then the name servers are told.
fn change(
    ctx: &mut Ctx<'_>,
    status: u16,
    command: &'static str,
    read_and_change: impl FnOnce(&mut Input, &Key, &mut RrSet) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (zone, key) = find(ctx)?;
    let (id, _) = zone.key();
    let rrset = zone.rrsets.get_mut(&key).ok_or_else(|| missing(&key))?;
    read_and_change(&mut input, &key, rrset)?;
    // An RRset without records does not exist: removing the last one deletes it (API documentation).
    if rrset.records.is_empty() {
        zone.rrsets.remove(&key);
    }
    zones::publish(ctx, status, command, id)
}

fn check_unprotected(rrset: &RrSet) -> Result<(), Refusal> {
    if rrset.protected {
        Err(Refusal::protected("RRset"))
    } else {
        Ok(())
    }
}

fn check_removable((name, kind): &Key) -> Result<(), Refusal> {
    // Without them no zone can be served.
    if name == "@" && matches!(*kind, "SOA" | "NS") {
        return Err(Refusal::invalid_input([(
            "rr_type",
            "a zone keeps its SOA and NS records",
        )]));
    }
    Ok(())
}

fn get_rrset(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (zone, key) = find(ctx)?;
    let (id, _) = zone.key();
    one(
        200,
        "rrset",
        zone.rrsets
            .get(&key)
            .map_or(Value::Null, |rrset| rrset.render(id, &key)),
    )
}

fn update_rrset(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (zone, key) = find(ctx)?;
    let labels = input.labels("labels");
    input.finish()?;
    if let (Some(labels), Some(rrset)) = (labels, zone.rrsets.get_mut(&key)) {
        rrset.labels = labels;
    }
    get_rrset(ctx)
}

fn delete_rrset(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    change(ctx, 201, "delete_rrset", |_, key, rrset| {
        check_unprotected(rrset)?;
        check_removable(key)?;
        rrset.records.clear();
        Ok(())
    })
}

fn change_protection(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    change(ctx, 201, "change_rrset_protection", |input, _, rrset| {
        let on = input.required("change", Input::boolean);
        input.finish()?;
        // No check of the protection itself, or nobody could ever take it away.
        rrset.protected = on;
        Ok(())
    })
}

fn change_ttl(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    change(ctx, 201, "change_rrset_ttl", |input, _, rrset| {
        let ttl = zones::read_ttl(input, "ttl");
        input.finish()?;
        check_unprotected(rrset)?;
        rrset.ttl = ttl;
        Ok(())
    })
}

fn set_records(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    change(ctx, 201, "set_rrset_records", |input, (_, kind), rrset| {
        let records = read_few_records(input, kind);
        input.finish()?;
        check_distinct(&[], &records)?;
        check_unprotected(rrset)?;
        rrset.records = records;
        Ok(())
    })
}

fn add_records(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let key = key(ctx);
    let zone = zones::primary(ctx)?;
    let (id, zone_name) = zone.key();
    let key = key?;
    let ttl = zones::read_ttl(&mut input, "ttl");
    let records = read_few_records(&mut input, key.1);
    if let Some(problem) = records::name_problem(&key.0, zone_name) {
        input.problem("rr_name", problem);
    }
    if let Some(problem) = conflict(&zone.rrsets, &key) {
        input.problem("rr_type", problem);
    }
    if let Some(rrset) = zone.rrsets.get(&key) {
        // One RRset has one TTL (RFC 2181, 5.2); to add must not change that of the records that are there.
        if ttl.is_some_and(|ttl| rrset.ttl.is_some_and(|own| own != ttl)) {
            input.problem("ttl", "must be the one that the RRset has");
        }
        if matches!(key.1, "CNAME" | "SOA") {
            input.problem("records", "must be one only for this type");
        }
    }
    input.finish()?;
    let order = next_order(&zone.rrsets);
    match zone.rrsets.get(&key) {
        Some(rrset) => {
            check_unprotected(rrset)?;
            check_distinct(&rrset.records, &records)?;
        }
        None => check_distinct(&[], &records)?,
    }
    let rrset = zone
        .rrsets
        .entry(key)
        // The API creates the RRset when it is missing, so that two clients can add side by side.
        .or_insert_with(|| RrSet::new(ttl, order));
    rrset.ttl = rrset.ttl.or(ttl);
    rrset.records.extend(records);
    zones::publish(ctx, 201, "add_rrset_records", id)
}

/// Refuses records that are not there.
fn check_known(rrset: &RrSet, records: &[Record]) -> Result<(), Refusal> {
    check_distinct(&[], records)?;
    match records.iter().find(|record| !rrset.has(&record.value)) {
        Some(record) => Err(Refusal::invalid_input([(
            "records",
            format!("{:?} is not there", record.value),
        )])),
        None => Ok(()),
    }
}

fn remove_records(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    change(ctx, 201, "remove_rrset_records", |input, key, rrset| {
        let records = read_few_records(input, key.1);
        input.finish()?;
        check_unprotected(rrset)?;
        check_known(rrset, &records)?;
        // All of them: the values are distinct, and all are there.
        if records.len() == rrset.records.len() {
            check_removable(key)?;
        }
        rrset
            .records
            .retain(|record| records.iter().all(|gone| gone.value != record.value));
        Ok(())
    })
}

fn update_records(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    change(
        ctx,
        // 200, and not 201 as all its siblings answer (API's description).
        200,
        "update_rrset_records",
        |input, (_, kind), rrset| {
            let records = read_few_records(input, kind);
            if records.iter().any(|record| record.comment.is_none()) {
                input.problem("records.comment", "is required");
            }
            input.finish()?;
            check_unprotected(rrset)?;
            check_known(rrset, &records)?;
            for record in records {
                if let Some(own) = rrset
                    .records
                    .iter_mut()
                    .find(|own| own.value == record.value)
                {
                    // An empty text takes the comment away; a record without one has no such key.
                    own.comment = record.comment.filter(|comment| !comment.is_empty());
                }
            }
            Ok(())
        },
    )
}
