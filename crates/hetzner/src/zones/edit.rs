use std::collections::HashMap;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use cloud_core::call::Task;
use cloud_core::model::{Patch, Txt};
use cloud_core::{Error, Result};

use super::changes::RECORDS_MAX;
use super::rr::{Rr, check_name};
use super::rrsets::{Record, RrSet, RrType};
use crate::actions::{Action, wait_for};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::ZoneId;
use cloud_core::model::IdOrName;

/// A change of several RRsets of a zone; made by [`Records::edit`](super::Records::edit). Nothing is sent before
/// [`preview`](Self::preview), and nothing changes before [`Preview::apply`].
///
/// What is said last about a name and type counts.
#[derive(Clone, Debug)]
#[must_use = "nothing is changed until the preview is applied"]
pub struct Edit {
    client: Client,
    zone: IdOrName<ZoneId>,
    wanted: Vec<Wanted>,
}

#[derive(Clone, Debug)]
struct Wanted {
    name: String,
    kind: RrType,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Set(Rr),
    Add(Rr),
    Remove,
}

impl Edit {
    pub(super) fn new(client: &Client, zone: IdOrName<ZoneId>) -> Self {
        Self {
            client: client.clone(),
            zone,
            wanted: Vec::new(),
        }
    }

    fn wanted(&mut self, name: String, kind: RrType) -> &mut What {
        let known = self
            .wanted
            .iter()
            .position(|wanted| wanted.name == name && wanted.kind == kind);
        let index = known.unwrap_or_else(|| {
            let what = What::Add(Rr::new(kind.clone(), [""; 0]));
            self.wanted.push(Wanted { name, kind, what });
            self.wanted.len() - 1
        });
        &mut self.wanted[index].what
    }

    /// The name shall have these records of their type, and no others. Comments stay where none are given.
    pub fn set(mut self, name: impl Into<String>, rr: Rr) -> Self {
        let kind = rr.kind().clone();
        *self.wanted(name.into(), kind) = What::Set(rr);
        self
    }

    /// The name shall have these records, besides those it has.
    pub fn add(mut self, name: impl Into<String>, rr: Rr) -> Self {
        match self.wanted(name.into(), rr.kind().clone()) {
            What::Set(old) | What::Add(old) => old.extend(rr),
            gone @ What::Remove => *gone = What::Set(rr),
        }
        self
    }

    /// The name shall have no records of this type.
    pub fn remove(mut self, name: impl Into<String>, kind: impl Into<RrType>) -> Self {
        *self.wanted(name.into(), kind.into()) = What::Remove;
        self
    }

    /// Reads what the zone has and finds out what is to be done (`GET /zones/{id_or_name}/rrsets`). Nothing is
    /// changed.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`is_invalid_input`](cloud_core::Error::is_invalid_input), for a wanted that the service would
    /// refuse.
    pub fn preview(self) -> Task<Preview> {
        Task::new(async move {
            let Self {
                client,
                zone,
                wanted,
            } = self;
            for wanted in &wanted {
                check_name(&wanted.name)?;
                if let What::Set(rr) | What::Add(rr) = &wanted.what {
                    rr.check()?;
                }
            }
            let mut changes = Vec::new();
            if !wanted.is_empty() {
                let mut there = read(&client, &zone, &wanted).await?;
                for Wanted { name, kind, what } in wanted {
                    let before = there.remove(&(name.clone(), kind.clone()));
                    changes.extend(Change::between(name, kind, before, what));
                }
            }
            Ok(Preview {
                client,
                zone,
                changes,
            })
        })
    }
}

/// The RRsets that are talked about, as far as they are there.
async fn read(
    client: &Client,
    zone: &IdOrName<ZoneId>,
    wanted: &[Wanted],
) -> Result<HashMap<(String, RrType), RrSet>> {
    let mut kinds: Vec<&RrType> = wanted.iter().map(|wanted| &wanted.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let list = client.zones().records(zone.clone()).list();
    let list = kinds
        .into_iter()
        .fold(list, |list, kind| list.kind(kind.clone()));
    let name = &wanted[0].name;
    let list = if wanted.iter().all(|wanted| wanted.name == *name) {
        list.name(name.as_str())
    } else {
        list
    };
    let rrsets = list.all().await?;
    Ok(rrsets
        .into_iter()
        .map(|rrset| ((rrset.name.clone(), rrset.kind.clone()), rrset))
        .collect())
}

/// What is to be done with one RRset.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The name in the zone.
    pub name: String,
    /// The type of the records.
    pub kind: RrType,
    /// Whether the RRset appears, stays or goes.
    pub outcome: ChangeOutcome,
    /// The time to live before and after, where it changes; `None` is that of the zone.
    pub ttl: Option<(Option<u32>, Option<u32>)>,
    /// The records that are added.
    pub added: Vec<Record>,
    /// The records that are removed.
    pub removed: Vec<Record>,
    /// Records that get another comment.
    pub commented: Vec<Record>,
    /// All records there are afterwards.
    after: Vec<Record>,
}

/// What becomes of an RRset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeOutcome {
    /// The RRset is created.
    Created,
    /// It is there before and after.
    Changed,
    /// The RRset is deleted.
    Deleted,
}

impl Change {
    /// What leads from one state to the other; `None` when nothing does.
    fn between(name: String, kind: RrType, before: Option<RrSet>, what: What) -> Option<Self> {
        let outcome = match (&before, &what) {
            (None, What::Remove) => return None,
            (None, _) => ChangeOutcome::Created,
            (Some(_), What::Remove) => ChangeOutcome::Deleted,
            (Some(_), _) => ChangeOutcome::Changed,
        };
        let (old_ttl, old) = before
            .map(|rrset| (rrset.ttl, rrset.records))
            .unwrap_or_default();
        let (keeps_others, wanted, wanted_ttl) = match what {
            What::Remove => (false, Vec::new(), Patch::Leave),
            What::Set(rr) => (false, rr.clone().into_records(), rr.wanted_ttl()),
            What::Add(rr) => (true, rr.clone().into_records(), rr.wanted_ttl()),
        };
        let new_ttl = match wanted_ttl {
            Patch::Leave => old_ttl,
            Patch::Null => None,
            Patch::Value(ttl) => Some(ttl),
        };
        let mut change = Self {
            ttl: (outcome != ChangeOutcome::Deleted && old_ttl != new_ttl)
                .then_some((old_ttl, new_ttl)),
            name,
            kind,
            outcome,
            added: Vec::new(),
            removed: Vec::new(),
            commented: Vec::new(),
            after: Vec::new(),
        };
        let mut old: Vec<(String, Record)> = old
            .into_iter()
            .map(|record| (meaning(&change.kind, &record.value), record))
            .collect();
        let mut seen = Vec::new();
        for record in wanted {
            let meant = meaning(&change.kind, &record.value);
            if seen.contains(&meant) {
                continue;
            }
            if let Some(index) = old.iter().position(|(other, _)| *other == meant) {
                let (_, mut there) = old.swap_remove(index);
                if record.comment.is_some() && record.comment != there.comment {
                    there.comment = record.comment;
                    change.commented.push(there.clone());
                }
                change.after.push(there);
            } else {
                change.added.push(record.clone());
                change.after.push(record);
            }
            seen.push(meant);
        }
        let rest = old.into_iter().map(|(_, record)| record);
        if keeps_others {
            change.after.extend(rest);
        } else {
            change.removed.extend(rest);
        }
        let nothing = change.outcome == ChangeOutcome::Changed
            && change.ttl.is_none()
            && change.added.is_empty()
            && change.removed.is_empty()
            && change.commented.is_empty();
        (!nothing).then_some(change)
    }

    /// The requests that bring it about, in their order.
    fn steps(&self) -> Vec<Step> {
        let few = |records: &[Record]| {
            records
                .chunks(RECORDS_MAX)
                .map(<[_]>::to_vec)
                .collect::<Vec<_>>()
        };
        match self.outcome {
            ChangeOutcome::Deleted => return vec![Step::Delete],
            ChangeOutcome::Created => {
                let ttl = self.ttl.and_then(|(_, new)| new);
                let mut chunks = few(&self.added).into_iter();
                let first = chunks.next().unwrap_or_default();
                return std::iter::once(Step::Create(first, ttl))
                    .chain(chunks.map(Step::Add))
                    .collect();
            }
            ChangeOutcome::Changed => {}
        }
        let mut steps: Vec<Step> = self
            .ttl
            .map(|(_, new)| Step::Ttl(new))
            .into_iter()
            .collect();
        let kinds = [&self.added, &self.removed, &self.commented];
        if kinds.iter().filter(|records| !records.is_empty()).count() > 1
            && self.after.len() <= RECORDS_MAX
        {
            steps.push(Step::Set(self.after.clone()));
        } else {
            // One request as well, as long as the records are few, and it leaves alone what others did meanwhile.
            steps.extend(few(&self.added).into_iter().map(Step::Add));
            steps.extend(few(&self.removed).into_iter().map(Step::Remove));
            steps.extend(few(&self.commented).into_iter().map(Step::Comment));
        }
        steps
    }
}

enum Step {
    Create(Vec<Record>, Option<u32>),
    Add(Vec<Record>),
    Set(Vec<Record>),
    Remove(Vec<Record>),
    Comment(Vec<Record>),
    Ttl(Option<u32>),
    Delete,
}

impl Step {
    async fn send(
        self,
        client: &Client,
        zone: &IdOrName<ZoneId>,
        name: &str,
        kind: &RrType,
    ) -> Result<Option<Action>> {
        let records = client.zones().records(zone.clone());
        let kind = kind.clone();
        let started = match self {
            Self::Create(values, ttl) => {
                let rr = Rr::new(kind, values);
                let rr = if let Some(ttl) = ttl { rr.ttl(ttl) } else { rr };
                return Ok(records.create(name, rr).await?.into_answer().action);
            }
            Self::Delete => return Ok(records.delete(name, kind).await?.into_answer()),
            Self::Add(values) => records.add_records(name, kind, values).await?,
            Self::Set(values) => records.set_records(name, kind, values).await?,
            Self::Remove(values) => records.remove_records(name, kind, values).await?,
            Self::Comment(values) => records.update_records(name, kind, values).await?,
            Self::Ttl(ttl) => records.change_ttl(name, kind, ttl).await?,
        };
        Ok(Some(started.into_answer()))
    }
}

/// What a value means, where the same can be written in several ways.
fn meaning(kind: &RrType, value: &str) -> String {
    match kind {
        RrType::A => value
            .parse()
            .map_or_else(|_| value.to_owned(), |ip: Ipv4Addr| ip.to_string()),
        RrType::Aaaa => value
            .parse()
            .map_or_else(|_| value.to_owned(), |ip: Ipv6Addr| ip.to_string()),
        // The strings may be cut elsewhere: what counts is the text.
        RrType::Txt => value.parse().map_or_else(
            |_| value.to_owned(),
            |txt: Txt| format!("{:?}", txt.as_bytes()),
        ),
        RrType::Cname | RrType::Ns | RrType::Mx | RrType::Ptr | RrType::Srv | RrType::Soa => value
            .to_ascii_lowercase()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        _ => value.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// What an [`Edit`] comes to; made by [`Edit::preview`].
///
/// Its `Display` has one line for every difference: `+` for a record that comes, `-` for one that goes, `~` for a time to
/// live or a comment that changes. What stays as it is has none.
#[derive(Clone, Debug)]
#[must_use = "nothing is changed until the preview is applied"]
pub struct Preview {
    client: Client,
    zone: IdOrName<ZoneId>,
    changes: Vec<Change>,
}

impl Preview {
    /// The RRsets that change.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Carries the changes out, each by the fewest requests (`POST /zones/{id_or_name}/rrsets`, `POST
    /// /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/..`, `DELETE
    /// /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}`), and waits until the name servers have them; gives the
    /// actions that did it. What stays as it is sends nothing.
    ///
    /// Records are deleted last, but for those in whose place something of another type comes, as a host name that
    /// was an alias. When a request fails, what was done before it stays, and the error says so by
    /// [`may_have_happened`](Error::may_have_happened); the same edit, previewed again, shows what is left.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: those of the methods of [`Records`](super::Records), above all
    /// [`Protected`](ErrorCode::Protected).
    pub fn apply(self) -> Task<Vec<Action>> {
        Task::new(async move {
            let Self {
                client,
                zone,
                changes,
            } = self;
            let (deletions, others): (Vec<_>, Vec<_>) = changes
                .iter()
                .partition(|change| change.outcome == ChangeOutcome::Deleted);
            let in_the_way = |gone: &&Change| {
                let is_alias = |change: &Change| change.kind == RrType::Cname;
                others
                    .iter()
                    .any(|new| new.name == gone.name && (is_alias(new) || is_alias(gone)))
            };
            let (first, last): (Vec<_>, Vec<_>) =
                deletions.iter().partition(|gone| in_the_way(gone));
            let (mut done, mut changed) = (Vec::new(), false);
            for batch in [first, others.iter().collect(), last] {
                let mut steps: Vec<_> = batch
                    .iter()
                    .map(|change| (*change, change.steps().into_iter()))
                    .collect();
                // The second request about an RRset waits until the first has taken effect.
                loop {
                    let mut actions = Vec::new();
                    let mut is_over = true;
                    for (change, steps) in &mut steps {
                        let Some(step) = steps.next() else { continue };
                        is_over = false;
                        match step.send(&client, &zone, &change.name, &change.kind).await {
                            Ok(action) => actions.extend(action),
                            // Whatever became of this step, those before it stand.
                            Err(error) if changed => return Err(error.with_may_have_happened()),
                            Err(error) => return Err(error),
                        }
                        changed = true;
                    }
                    if is_over {
                        break;
                    }
                    let ended = wait_for(&client, actions, |actions| {
                        Task::new(async move { Ok(actions) })
                    })
                    .await
                    .map_err(Error::with_may_have_happened)?;
                    done.extend(ended);
                }
            }
            Ok(done)
        })
    }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes
            .iter()
            .try_for_each(|change| fmt::Display::fmt(change, f))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, .. } = self;
        let comment = |record: &Record| match record.comment.as_deref() {
            Some(comment) if !comment.is_empty() => format!(" ; {comment}"),
            _ => String::new(),
        };
        let mut time = String::new();
        match (self.outcome, self.ttl) {
            (ChangeOutcome::Created, Some((_, Some(ttl)))) => time = format!("{ttl} "),
            (ChangeOutcome::Changed, Some((old, new))) => {
                let word = |ttl: Option<u32>| {
                    ttl.map_or_else(|| "zone default".to_owned(), |ttl| ttl.to_string())
                };
                writeln!(f, "~ {name} {kind} ttl: {} -> {}", word(old), word(new))?;
            }
            _ => {}
        }
        for record in &self.removed {
            writeln!(f, "- {name} {kind} {}", record.value)?;
        }
        for record in &self.added {
            writeln!(
                f,
                "+ {name} {time}{kind} {}{}",
                record.value,
                comment(record)
            )?;
        }
        for record in &self.commented {
            writeln!(f, "~ {name} {kind} {}{}", record.value, comment(record))?;
        }
        Ok(())
    }
}
