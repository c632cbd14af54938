use std::any::Any;
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::dns::{Change, DesiredRrSet, Record as Value, ZoneRecord};
use cloud_core::provider::{Carried, ZoneBackend};
use cloud_core::{Error, Result};

use super::records::{Record, RecordId, Records};
use crate::client::Client;

/// How often a refresh that is refused because another one is under way is tried again, and after how long.
const TRIES: u32 = 30;
// A refresh is short: of two that were one second apart AnalogJ/lexicon recorded that both succeeded.
const PAUSE: Duration = Duration::from_secs(2);

/// A zone whose records come one by one and are served from the next refresh on.
#[derive(Debug)]
pub(super) struct EditedZone {
    pub(super) client: Client,
    pub(super) zone: String,
}

impl From<Record> for ZoneRecord {
    fn from(record: Record) -> Self {
        // The service says 0 where no time was set.
        let ttl = record.ttl.filter(|ttl| *ttl != 0);
        Self::new(record.sub_domain, record.field_type, record.target)
            .with_id(record.id.0)
            .with_ttl(ttl.and_then(|ttl| u32::try_from(ttl).ok()))
    }
}

#[async_trait]
impl ZoneBackend for EditedZone {
    async fn name(&self, _needed: bool) -> Result<Option<String>> {
        Ok(Some(self.zone.clone()))
    }

    fn check(&self, desired: &DesiredRrSet) -> Result<()> {
        let has_comment = |record: &Value| record.comment.is_some();
        if desired.wanted.iter().any(has_comment) {
            return Err(Error::input("comment", "the service keeps no comments"));
        }
        Ok(())
    }

    // Each record has a time of its own, also among those of one name and type.
    fn has_one_ttl(&self) -> bool {
        false
    }

    async fn read(&self, all_desired: &[DesiredRrSet]) -> Result<Vec<ZoneRecord>> {
        let DesiredRrSet { name, kind, .. } = &all_desired[0];
        let mut list = self.records().list();
        // A text may be there under another type.
        if all_desired.iter().all(|desired| desired.kind == *kind) && !kind.is_text() {
            list = list.field_type(kind.clone());
        }
        // An empty filter would mean no filter.
        if name != "@" && all_desired.iter().all(|desired| desired.name == *name) {
            list = list.sub_domain(name.as_str());
        }
        // The cache of expanded lists knows nothing of what was changed a moment ago.
        let records = list.into_list().uncached().all().await?;
        Ok(records.into_iter().map(ZoneRecord::from).collect())
    }

    async fn turn(&self) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(self.client.zone_turn(&self.zone).await?))
    }

    async fn carry_out(&self, changes: &[Change]) -> Carried {
        let mut carried = Carried::default();
        // One after the other, and no further than the first failure: what is told as done is then what is in the zone.
        for change in changes {
            for step in steps(change) {
                if let Err(error) = self.send(step, change).await {
                    carried.failed = Some((change.clone(), error));
                    return carried;
                }
                carried.changed = true;
            }
            carried.done.push(change.clone());
        }
        carried
    }

    /// Refreshes the zone, also when nothing had to be changed but an earlier edit was cut off before its refresh.
    async fn settle(&self, changed: bool) -> Result<()> {
        let zone = self.client.zone(&self.zone);
        if !changed {
            match zone.status().await {
                Ok(status) if status.is_deployed => return Ok(()),
                // Who may not ask has to refresh.
                Err(error) if !error.is_auth() => return Err(error),
                _ => {}
            }
        }
        let clock = self.client.engine().clock();
        let mut tries = 1;
        loop {
            // A second refresh would do the same, so it does not matter whether the first was carried out.
            match zone.refresh().options(|o| o.idempotent(true)).await {
                // A zone cannot be refreshed twice at once (ovh/terraform-provider-ovh#76).
                Err(error) if error.is_conflict() && tries < TRIES => clock.sleep(PAUSE).await,
                ended => return ended,
            }
            tries += 1;
        }
    }
}

impl EditedZone {
    fn records(&self) -> Records<'_> {
        Records::new(&self.client, self.zone.clone())
    }

    async fn send(&self, step: Step<'_>, change: &Change) -> Result<()> {
        let records = self.records();
        match step {
            Step::Create(value) => {
                let mut create = records.create(change.kind.clone(), &value.value);
                // The zone itself is said by leaving the name out.
                if change.name != "@" {
                    create = create.sub_domain(change.name.as_str());
                }
                if let Some(ttl) = change.ttl {
                    create = create.ttl(ttl);
                }
                create.await.map(drop)
            }
            Step::Update(there, value) => {
                // Without the type, which is refused as read-only even if it is the same
                // (StackExchange/dnscontrol#2488).
                let mut update = records.update(id(there));
                if let Some(value) = value {
                    update = update.target(value.value.as_str());
                }
                if there.ttl != change.ttl {
                    update = update.ttl(change.ttl);
                }
                update.await
            }
            Step::Delete(there) => records.delete(id(there)).await,
        }
    }
}

fn id(there: &ZoneRecord) -> RecordId {
    RecordId(there.id.unwrap_or_default())
}

enum Step<'c> {
    Create(&'c Value),
    /// Gives a record another value, another time or both.
    Update(&'c ZoneRecord, Option<&'c Value>),
    Delete(&'c ZoneRecord),
}

/// The requests that bring a change about, in their order.
fn steps(change: &Change) -> Vec<Step<'_>> {
    // A record that goes makes room for one that comes: one request in place of two, and no moment without.
    let both = change.added.len().min(change.removed.len());
    let (replaced, removed) = change.removed.split_at(both);
    let (replacing, added) = change.added.split_at(both);
    let retimed = change.retimed.iter().map(|there| Step::Update(there, None));
    let pairs = replaced.iter().zip(replacing);
    let updates = pairs.map(|(there, value)| Step::Update(there, Some(value)));
    retimed
        .chain(updates)
        .chain(added.iter().map(Step::Create))
        .chain(removed.iter().map(Step::Delete))
        .collect()
}
