use std::fmt;

use super::meaning::{meaning, policy};
use super::rr::{Record, Rr, RrType};
use crate::error::{Error, Result};
use crate::model::Patch;

/// What one name shall have of one type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DesiredRrSet {
    /// The name within the zone, lower case; `@` for the zone itself.
    pub name: String,
    /// The type of the records.
    pub kind: RrType,
    /// Whether records stay that are neither wanted nor unwanted.
    pub keeps_others: bool,
    /// How long the wanted records may be cached.
    pub ttl: Patch<u32>,
    /// The records that the name shall have.
    pub wanted: Vec<Record>,
    /// The records that it shall not have.
    pub unwanted: Vec<Record>,
}

impl DesiredRrSet {
    pub(super) fn new(name: String, kind: RrType) -> Self {
        Self {
            name,
            kind,
            keeps_others: true,
            ttl: Patch::Leave,
            wanted: Vec::new(),
            unwanted: Vec::new(),
        }
    }

    /// All records go that are not wanted from now on.
    pub(super) fn replace_all(&mut self) {
        self.keeps_others = false;
        self.ttl = Patch::Leave;
        self.wanted.clear();
        self.unwanted.clear();
    }

    pub(super) fn add(&mut self, rr: Rr) {
        if !rr.wanted_ttl().is_leave() {
            self.ttl = rr.wanted_ttl();
        }
        let records = rr.into_records();
        self.unwanted = self.without(&self.unwanted, &records);
        // The same value again may have another comment.
        self.wanted = self.without(&self.wanted, &records);
        for record in records {
            if !self.has(&self.wanted, &record.value) {
                self.wanted.push(record);
            }
        }
    }

    pub(super) fn take(&mut self, rr: Rr) {
        let records = rr.into_records();
        self.wanted = self.without(&self.wanted, &records);
        self.unwanted.extend(records);
    }

    fn has(&self, records: &[Record], value: &str) -> bool {
        let meant = meaning(&self.kind, value);
        let mut all = records.iter();
        all.any(|record| meaning(&self.kind, &record.value) == meant)
    }

    fn without(&self, records: &[Record], gone: &[Record]) -> Vec<Record> {
        let stay = |record: &&Record| !self.has(gone, &record.value);
        records.iter().filter(stay).cloned().collect()
    }

    /// Whether this record is, under another type, a policy that the name shall have.
    fn is_policy_of(&self, there: &ZoneRecord) -> bool {
        let policy_there = policy(&there.kind, &there.record.value);
        let mut wanted = self.wanted.iter();
        policy_there.is_some()
            && wanted.any(|record| policy(&self.kind, &record.value) == policy_there)
    }
}

/// A record that a zone has.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ZoneRecord {
    /// Its number, where the service counts records one by one.
    pub id: Option<i64>,
    /// The name within the zone, as the service writes it; `@` for the zone itself.
    pub name: String,
    /// The type of the record.
    pub kind: RrType,
    /// Its value and its comment.
    pub record: Record,
    /// How many seconds it may be cached; `None` for as long as the zone says.
    pub ttl: Option<u32>,
}

impl ZoneRecord {
    /// A record of this name, type and value.
    pub fn new(
        name: impl Into<String>,
        kind: impl Into<RrType>,
        record: impl Into<Record>,
    ) -> Self {
        let name = name.into();
        Self {
            id: None,
            // OVHcloud has an empty name for the zone itself.
            name: if name.is_empty() {
                "@".to_owned()
            } else {
                name
            },
            kind: kind.into(),
            record: record.into(),
            ttl: None,
        }
    }

    /// The same record with the number that the service gave it.
    pub fn with_id(mut self, id: i64) -> Self {
        self.id = Some(id);
        self
    }

    /// The same record with a time to live in seconds; `None` for as long as the zone says.
    pub fn with_ttl(mut self, ttl: Option<u32>) -> Self {
        self.ttl = ttl;
        self
    }

    fn is_of(&self, desired: &DesiredRrSet) -> bool {
        self.kind == desired.kind && self.name.eq_ignore_ascii_case(&desired.name)
    }
}

/// What is to be done, or was done, with the records of one name and type.
///
/// Its `Display` has one line for every difference: `-` for a record that goes, `+` for one that comes, `~` for a time to live
/// or a comment that changes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The name within the zone; `@` for the zone itself.
    pub name: String,
    /// The type of the records.
    pub kind: RrType,
    /// What becomes of the records as a whole.
    pub outcome: ChangeOutcome,
    /// How many seconds the records that are added or get another time may be cached; `None` for as long as the zone says.
    pub ttl: Option<u32>,
    /// The records that are added.
    pub added: Vec<Record>,
    /// The records that are removed.
    pub removed: Vec<ZoneRecord>,
    /// The records that stay but get another time to live, as they are now.
    pub retimed: Vec<ZoneRecord>,
    /// The records that stay but get another comment, with that comment.
    pub commented: Vec<Record>,
    /// All records that stay, as they are now.
    pub kept: Vec<ZoneRecord>,
    /// Whether records that are not named here would stay as well, such as those that somebody adds meanwhile.
    pub keeps_others: bool,
}

/// What becomes of the records of a name and type as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeOutcome {
    /// There were none, and there are some.
    Created,
    /// There are some before and after.
    Changed,
    /// There were some, and there are none.
    Deleted,
}

impl Change {
    fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.retimed.is_empty()
            && self.commented.is_empty()
    }

    /// All records that are there afterwards.
    pub fn after(&self) -> Vec<Record> {
        let kept = self.kept.iter().map(|there| {
            let mut commented = self.commented.iter();
            let renewed = commented.find(|record| record.value == there.record.value);
            renewed.unwrap_or(&there.record).clone()
        });
        kept.chain(self.added.iter().cloned()).collect()
    }

    /// The time to live of the records that are there, where the service has one for all of them.
    pub fn ttl_before(&self) -> Option<u32> {
        let mut there = self.kept.iter().chain(&self.removed);
        there.next().and_then(|there| there.ttl)
    }

    /// What becomes of records that go without a word of what comes.
    fn removal(
        kind: RrType,
        desired: &DesiredRrSet,
        removed: Vec<ZoneRecord>,
        kept: Vec<ZoneRecord>,
    ) -> Self {
        Self {
            name: desired.name.clone(),
            kind,
            outcome: if kept.is_empty() {
                ChangeOutcome::Deleted
            } else {
                ChangeOutcome::Changed
            },
            ttl: None,
            added: Vec::new(),
            removed,
            retimed: Vec::new(),
            commented: Vec::new(),
            kept,
            // Nothing was said of this type as a whole, so what somebody adds meanwhile stays.
            keeps_others: true,
        }
    }
}

/// What leads from the records that are there to those that are desired. `ttl_of_set` says that all records of a name and
/// type have one time to live at this service.
pub(super) fn plan(
    all_desired: &[DesiredRrSet],
    there: &[ZoneRecord],
    ttl_of_set: bool,
) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for desired in all_desired {
        let before = there.iter().filter(|there| there.is_of(desired));
        // What is desired by its own type is left to that.
        let is_named = |there: &ZoneRecord| all_desired.iter().any(|desired| there.is_of(desired));
        let others: Vec<&ZoneRecord> = there
            .iter()
            .filter(|there| {
                desired.kind.is_text()
                    && there.kind.is_text()
                    && there.name.eq_ignore_ascii_case(&desired.name)
                    && !is_named(there)
            })
            .collect();
        changes.extend(plan_one(
            desired,
            before.cloned().collect(),
            &others,
            ttl_of_set,
        )?);
    }
    Ok(changes)
}

/// `others` are records of the same name that are served as the desired type, but have another one, which cannot be changed.
fn plan_one(
    desired: &DesiredRrSet,
    before: Vec<ZoneRecord>,
    others: &[&ZoneRecord],
    ttl_of_set: bool,
) -> Result<Vec<Change>> {
    let (had_none, ttl_before) = match before.first() {
        Some(first) => (false, first.ttl),
        None => (true, None),
    };
    let ttl = match desired.ttl {
        Patch::Leave => ttl_before,
        // OVHcloud shows the time of the zone as 0 (ovh/terraform-provider-ovh#666), and a program may give back what
        // it has read.
        Patch::Null | Patch::Value(0) => None,
        Patch::Value(seconds) => Some(seconds),
    };
    let mut change = Change {
        name: desired.name.clone(),
        kind: desired.kind.clone(),
        outcome: ChangeOutcome::Changed,
        ttl,
        added: Vec::new(),
        removed: Vec::new(),
        retimed: Vec::new(),
        commented: Vec::new(),
        kept: Vec::new(),
        keeps_others: desired.keeps_others,
    };
    let (mut spare, mut gone) = (before, Vec::new());
    let mut policies: Vec<ZoneRecord> = Vec::new();
    for &other in others {
        if desired.has(&desired.unwanted, &other.record.value) {
            gone.push(other.clone());
        } else if desired.is_policy_of(other) {
            policies.push(other.clone());
        }
    }
    let take = |list: &mut Vec<ZoneRecord>, value: &str| {
        let meant = meaning(&desired.kind, value);
        let mut all = list.iter();
        let index = all.position(|there| meaning(&desired.kind, &there.record.value) == meant);
        index.map(|index| list.remove(index))
    };
    for record in &desired.wanted {
        let known = take(&mut spare, &record.value);
        let is_own = known.is_some();
        // A policy of the same text under a type of its own is served as the same TXT record, so nothing is to be
        // added.
        let Some(there) = known.or_else(|| take(&mut policies, &record.value)) else {
            change.added.push(record.clone());
            continue;
        };
        if record.comment.is_some() && record.comment != there.record.comment {
            change.commented.push(Record {
                value: there.record.value.clone(),
                comment: record.comment.clone(),
            });
        }
        if !desired.ttl.is_leave() && there.ttl != ttl {
            change.retimed.push(there.clone());
        }
        if is_own {
            change.kept.push(there);
        }
    }
    let stays_beside = |there: &&ZoneRecord| {
        let policy_there = policy(&there.kind, &there.record.value);
        let is_added = |added: &Record| policy(&desired.kind, &added.value) == policy_there;
        policy_there.is_some()
            && change.added.iter().any(is_added)
            && !desired.has(&desired.unwanted, &there.record.value)
    };
    if desired.keeps_others
        && let Some(policy) = policies.first().or_else(|| spare.iter().find(stays_beside))
    {
        let text = format!(
            "there is a policy of this name already, of type {}: {}; a second one breaks mail, so set it in place of adding one",
            policy.kind, policy.record.value
        );
        return Err(Error::input(format!("records of {}", desired.name), text));
    }
    for there in spare {
        if desired.keeps_others && !desired.has(&desired.unwanted, &there.record.value) {
            // Where the time is one of the whole set, what stays beside the wanted records gets it too.
            if ttl_of_set && !desired.ttl.is_leave() && there.ttl != ttl {
                change.retimed.push(there.clone());
            }
            change.kept.push(there);
        } else {
            change.removed.push(there);
        }
    }
    if had_none && !change.added.is_empty() {
        change.outcome = ChangeOutcome::Created;
    } else if change.kept.is_empty() && change.added.is_empty() {
        change.outcome = ChangeOutcome::Deleted;
    }
    // Two policies at one name break mail: with two of SPF, every check of a sender ends in an error (RFC 7208, 4.5).
    gone.extend(policies);
    let mut kinds: Vec<RrType> = gone.iter().map(|there| there.kind.clone()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let removals = kinds.into_iter().map(|kind| {
        let of_kind = others.iter().filter(|other| other.kind == kind);
        let all = of_kind.map(|&other| other.clone());
        let (removed, kept) = all.partition(|other| gone.contains(other));
        Change::removal(kind.clone(), desired, removed, kept)
    });
    // A policy that comes stands before one that goes: there is no moment without.
    let mut changes: Vec<Change> = std::iter::once(change).chain(removals).collect();
    changes.retain(|change| !change.is_empty());
    Ok(changes)
}

/// The changes in the order in which they can be carried out: what is in the way goes first, all else goes last.
pub(super) fn batches(changes: &[Change]) -> [Vec<Change>; 3] {
    let is_deletion = |change: &Change| change.outcome == ChangeOutcome::Deleted;
    // A name with a CNAME has no other records (RFC 1034, 3.6.2), so what was there has to go before.
    let is_alias = |change: &Change| change.kind == RrType::Cname;
    let mut batches = [Vec::new(), Vec::new(), Vec::new()];
    for change in changes {
        let in_the_way = |new: &Change| {
            !is_deletion(new) && new.name == change.name && (is_alias(new) || is_alias(change))
        };
        let batch = match is_deletion(change) {
            true if changes.iter().any(in_the_way) => 0,
            true => 2,
            false => 1,
        };
        batches[batch].push(change.clone());
    }
    batches
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, .. } = self;
        let comment = |record: &Record| match record.comment.as_deref() {
            Some(comment) if !comment.is_empty() => format!(" ; {comment}"),
            _ => String::new(),
        };
        let word =
            |ttl: Option<u32>| ttl.map_or_else(|| "zone default".to_owned(), |ttl| ttl.to_string());
        // One line where all that stays gets another time.
        let first = self.retimed.first().filter(|first| {
            let mut times = self.retimed.iter();
            self.retimed == self.kept && times.all(|there| there.ttl == first.ttl)
        });
        if let Some(first) = first {
            let (old, new) = (word(first.ttl), word(self.ttl));
            writeln!(f, "~ {name} {kind} ttl: {old} -> {new}")?;
        } else {
            for there in &self.retimed {
                let (old, new) = (word(there.ttl), word(self.ttl));
                let (kind, value) = (&there.kind, &there.record.value);
                writeln!(f, "~ {name} {kind} {value} ttl: {old} -> {new}")?;
            }
        }
        for there in &self.removed {
            writeln!(f, "- {name} {kind} {}", there.record.value)?;
        }
        let ttl = self.ttl.map(|ttl| format!("{ttl} ")).unwrap_or_default();
        for record in &self.added {
            let comment = comment(record);
            writeln!(f, "+ {name} {ttl}{kind} {}{comment}", record.value)?;
        }
        for record in &self.commented {
            let comment = comment(record);
            writeln!(f, "~ {name} {kind} {}{comment}", record.value)?;
        }
        Ok(())
    }
}
