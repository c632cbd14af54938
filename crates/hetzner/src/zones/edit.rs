use async_trait::async_trait;
use cloud_core::Result;
use cloud_core::call::Task;
use cloud_core::dns::{Change, ChangeOutcome, DesiredRrSet, Record, Rr, ZoneRecord};
use cloud_core::model::{IdOrName, Patch};
use cloud_core::provider::{Carried, ZoneBackend, is_refused};

use super::changes::RECORDS_MAX;
use super::rr::{check_records, check_ttl};
use crate::actions::{Action, wait_for};
use crate::client::Client;
use crate::ids::ZoneId;

/// A zone whose records come in sets, each with one time to live.
#[derive(Debug)]
pub(super) struct EditedZone {
    pub(super) client: Client,
    pub(super) zone: IdOrName<ZoneId>,
}

#[async_trait]
impl ZoneBackend for EditedZone {
    #[inline]
    async fn name(&self, needed: bool) -> Result<Option<String>> {
        match &self.zone {
            IdOrName::Name(name) => Ok(Some(name.clone())),
            IdOrName::Id(_) if !needed => Ok(None),
            id @ IdOrName::Id(_) => Ok(Some(self.client.zones().get(id.clone()).await?.name)),
        }
    }

    #[inline]
    fn check(&self, desired: &DesiredRrSet) -> Result<()> {
        if let Patch::Value(ttl) = desired.ttl {
            check_ttl(Some(ttl))?;
        }
        let records = [&desired.wanted, &desired.unwanted];
        let mut given = records.into_iter().filter(|records| !records.is_empty());
        given.try_for_each(|records| check_records(&desired.kind, records))
    }

    #[inline]
    fn has_one_ttl(&self) -> bool {
        true
    }

    #[inline]
    async fn read(&self, all_desired: &[DesiredRrSet]) -> Result<Vec<ZoneRecord>> {
        let mut kinds: Vec<_> = all_desired.iter().map(|desired| &desired.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let list = self.client.zone(self.zone.clone()).records().list();
        let list = kinds
            .into_iter()
            .fold(list, |list, kind| list.kind(kind.clone()));
        // The list can be narrowed to several types, but to one name only.
        let name = &all_desired[0].name;
        let list = if all_desired.iter().all(|desired| desired.name == *name) {
            list.name(name.as_str())
        } else {
            list
        };
        let rrsets = list.all().await?.into_iter();
        let records = rrsets.flat_map(|rrset| {
            let (name, kind, ttl) = (rrset.name, rrset.kind, rrset.ttl);
            let record =
                move |record| ZoneRecord::new(name.as_str(), kind.clone(), record).with_ttl(ttl);
            rrset.records.into_iter().map(record)
        });
        Ok(records.collect())
    }

    #[inline]
    async fn carry_out(&self, changes: &[Change]) -> Carried {
        let mut carried = Carried::default();
        let mut steps: Vec<_> = changes
            .iter()
            .map(|change| (change, steps(change).into_iter().peekable()))
            .collect();
        // The second request about an RRset waits until the first has taken effect.
        while !steps.is_empty() && carried.failed.is_none() {
            let mut actions = Vec::new();
            for (change, steps) in &mut steps {
                let Some(step) = steps.next() else { continue };
                match self.send(step, change).await {
                    Ok(action) => actions.extend(action),
                    Err(error) => {
                        carried.failed = Some(((*change).clone(), error));
                        break;
                    }
                }
                carried.changed = true;
                if steps.peek().is_none() {
                    carried.done.push((*change).clone());
                }
            }
            // After a refusal the zone is read again, where what was begun before it has to show. After any other
            // failure the edit ends.
            let goes_on = match &carried.failed {
                Some((_, error)) => is_refused(error),
                None => true,
            };
            if goes_on {
                let all = |actions: Vec<Action>| Task::new(async move { Ok(actions) });
                if let Err(error) = wait_for(&self.client, actions, all).await {
                    // It takes the place of a refusal: work that failed ends the edit, whichever change it was for,
                    // where after a refusal the edit goes on.
                    carried.failed = Some((changes[0].clone(), error));
                }
            }
            steps.retain_mut(|(_, steps)| steps.peek().is_some());
        }
        carried
    }

    // There is nothing to publish: each step is an action, and has been waited for.
    #[inline]
    async fn settle(&self, _changed: bool) -> Result<()> {
        Ok(())
    }
}

impl EditedZone {
    #[inline]
    async fn send(&self, step: Step, change: &Change) -> Result<Option<Action>> {
        let records = self.client.zone(self.zone.clone()).records();
        let (name, kind) = (change.name.as_str(), change.kind.clone());
        let started = match step {
            Step::Create(values) => {
                let rr = Rr::new(kind, values);
                let rr = match change.ttl {
                    Some(ttl) => rr.ttl(ttl),
                    None => rr,
                };
                return Ok(records.create(name, rr).await?.into_answer().action);
            }
            Step::Delete => return Ok(records.delete(name, kind).await?.into_answer()),
            Step::AddOrCreate(values) => {
                let add = records.add_records(name, kind, values);
                match change.ttl {
                    Some(ttl) => add.ttl(ttl).await?,
                    None => add.await?,
                }
            }
            Step::Add(values) => records.add_records(name, kind, values).await?,
            Step::Set(values) => records.set_records(name, kind, values).await?,
            Step::Remove(values) => records.remove_records(name, kind, values).await?,
            Step::Comment(values) => records.update_records(name, kind, values).await?,
            Step::Ttl => records.change_ttl(name, kind, change.ttl).await?,
        };
        Ok(Some(started.into_answer()))
    }
}

enum Step {
    /// Refused when the RRset is there.
    Create(Vec<Record>),
    AddOrCreate(Vec<Record>),
    Add(Vec<Record>),
    Set(Vec<Record>),
    Remove(Vec<Record>),
    Comment(Vec<Record>),
    Ttl,
    Delete,
}

/// The requests that bring a change about, in their order.
#[inline]
fn steps(change: &Change) -> Vec<Step> {
    fn few(records: &[Record]) -> impl Iterator<Item = Vec<Record>> {
        records.chunks(RECORDS_MAX).map(<[_]>::to_vec)
    }

    let removed: Vec<Record> = change
        .removed
        .iter()
        .map(|there| there.record.clone())
        .collect();
    match change.outcome {
        // Only where nobody's records are to stay: what others have added since the look would go with the RRset.
        ChangeOutcome::Deleted if !change.keeps_others => return vec![Step::Delete],
        ChangeOutcome::Created if change.keeps_others => {
            // What somebody else creates meanwhile stays.
            return few(&change.added).map(Step::AddOrCreate).collect();
        }
        // Refused where somebody else was faster, and then everything is looked at again.
        ChangeOutcome::Created => {
            let mut added = few(&change.added);
            let first = added.next().into_iter().map(Step::Create);
            return first.chain(added.map(Step::Add)).collect();
        }
        _ => {}
    }
    let mut steps = Vec::new();
    if change.outcome == ChangeOutcome::Changed && change.ttl_before() != change.ttl {
        steps.push(Step::Ttl);
    }
    let kinds = [&change.added, &removed, &change.commented];
    let after = change.after();
    // One request in place of several leaves no state in between. It replaces all records, and takes no more than
    // fifty.
    if !change.keeps_others
        && kinds.iter().filter(|records| !records.is_empty()).count() > 1
        && after.len() <= RECORDS_MAX
    {
        steps.push(Step::Set(after));
    } else {
        // Additions first, because an RRset is gone with its last record.
        steps.extend(few(&change.added).map(Step::Add));
        steps.extend(few(&removed).map(Step::Remove));
        steps.extend(few(&change.commented).map(Step::Comment));
    }
    steps
}
