use std::any::Any;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::plan::{Change, DesiredRrSet, ZoneRecord, batches, plan};
use crate::call::Task;
use crate::error::{Error, Result};

/// How often the zone is read again because a step was refused. Each time somebody else has changed what the step is about.
const LOOKS: u32 = 30;

/// The zone behind an edit: what a provider's crate can tell of it and do to it.
#[async_trait]
pub trait ZoneBackend: fmt::Debug + Send + Sync {
    /// The name of the zone; `None` when it has to be asked for and is not `needed`.
    async fn name(&self, needed: bool) -> Result<Option<String>>;

    /// Refuses what the service would, beyond what [`Rr::check`](super::Rr::check) refuses for all. The error gets the name.
    fn check(&self, desired: &DesiredRrSet) -> Result<()>;

    /// Whether all records of a name and type have one time to live.
    fn has_one_ttl(&self) -> bool;

    /// The records of the names and types that are desired, as they are now; others do not matter.
    async fn read(&self, all_desired: &[DesiredRrSet]) -> Result<Vec<ZoneRecord>>;

    /// Something to hold while the zone is read and changed, where programs of one client have to take turns.
    async fn turn(&self) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(()))
    }

    /// Carries out changes that do not depend on one another.
    async fn carry_out(&self, changes: &[Change]) -> Carried;

    /// What follows at the end, whether something was `changed` or not; of an edit that failed only if something was.
    async fn settle(&self, changed: bool) -> Result<()>;
}

/// How far the changes of one step came.
#[derive(Debug, Default)]
pub struct Carried {
    /// Whether something was changed in the zone.
    pub changed: bool,
    /// The changes that were carried out whole.
    pub done: Vec<Change>,
    /// The change that failed, and why. Those behind it were not begun.
    pub failed: Option<(Change, Error)>,
}

/// Whether a step was refused and changed nothing, perhaps because the zone is no longer as it was read.
pub fn is_refused(error: &Error) -> bool {
    // Hetzner answers 409 where an RRset is there already, 422 where a value is, and 404 where what is changed is gone.
    let status = error.status().map(|status| status.as_u16());
    matches!(status, Some(400 | 404 | 409 | 422)) && !error.may_have_happened()
}

/// What an [`Edit`](super::Edit) comes to; made by [`Edit::preview`](super::Edit::preview).
///
/// Its `Display` has one line for every difference: `+` for a record that comes, `-` for one that goes, `~` for a time to
/// live or a comment that changes. What stays as it is has none.
#[derive(Clone, Debug)]
#[must_use = "nothing is changed until the preview is applied"]
pub struct Preview {
    zone: Arc<dyn ZoneBackend>,
    all_desired: Vec<DesiredRrSet>,
    changes: Vec<Change>,
}

impl Preview {
    pub(super) async fn look(
        zone: Arc<dyn ZoneBackend>,
        all_desired: Vec<DesiredRrSet>,
    ) -> Result<Self> {
        let changes = look(&*zone, &all_desired).await?;
        Ok(Self {
            zone,
            all_desired,
            changes,
        })
    }

    /// What there is to do, one entry for each name and type.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Brings about the desired state from what the zone has at this time, by the fewest requests, and gives the changes
    /// that did it. The zone is read again for it; what is as desired already sends nothing.
    ///
    /// Where the service refuses a step because somebody else was faster, the zone is read again and the edit goes on from
    /// there; a refusal of the same step stands. Records are deleted last, but for those in whose place something of another
    /// type comes, as a host name that was an alias.
    ///
    /// When a request fails, what was done before it stays and is served, and the error says so by
    /// [`may_have_happened`](Error::may_have_happened). The same edit, previewed and applied again, does what is left.
    #[inline]
    pub fn apply(self) -> Task<Vec<Change>> {
        Task::new(async move {
            // The changes that were shown are left out: by now the zone may need others.
            let Self {
                zone, all_desired, ..
            } = self;
            if all_desired.is_empty() {
                return Ok(Vec::new());
            }
            let _turn = zone.turn().await?;
            let mut so_far = Carried::default();
            let ended = bring_about(&*zone, &all_desired, &mut so_far).await;
            let ended = match ended {
                Ok(()) => zone.settle(so_far.changed).await,
                Err(error) => {
                    // What was changed is in the zone all the same. What is told is why the rest is not, whatever comes
                    // of this.
                    if so_far.changed {
                        let _ = zone.settle(true).await;
                    }
                    Err(error)
                }
            };
            match ended {
                Ok(()) => Ok(so_far.done),
                // Whatever became of the step that failed, those before it stand.
                Err(error) if so_far.changed => Err(error.with_may_have_happened()),
                Err(error) => Err(error),
            }
        })
    }
}

async fn look(zone: &dyn ZoneBackend, all_desired: &[DesiredRrSet]) -> Result<Vec<Change>> {
    if all_desired.is_empty() {
        return Ok(Vec::new());
    }
    plan(
        all_desired,
        &zone.read(all_desired).await?,
        zone.has_one_ttl(),
    )
}

async fn bring_about(
    zone: &dyn ZoneBackend,
    all_desired: &[DesiredRrSet],
    so_far: &mut Carried,
) -> Result<()> {
    for looks in 1.. {
        let changes = look(zone, all_desired).await?;
        if let Some((change, error)) = so_far.failed.take() {
            // From the same state the same step would be refused again.
            if changes.contains(&change) || looks > LOOKS {
                return Err(error);
            }
        }
        for batch in batches(&changes) {
            // Later batches rest on earlier ones, as an alias on a name that has been made free for it.
            if so_far.failed.is_some() || batch.is_empty() {
                continue;
            }
            let carried = zone.carry_out(&batch).await;
            so_far.changed |= carried.changed;
            so_far.done.extend(carried.done);
            so_far.failed = carried.failed;
        }
        match &so_far.failed {
            None => break,
            Some((_, error)) if is_refused(error) => {}
            Some((_, error)) => return Err(error.clone()),
        }
    }
    Ok(())
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes
            .iter()
            .try_for_each(|change| fmt::Display::fmt(change, f))
    }
}
