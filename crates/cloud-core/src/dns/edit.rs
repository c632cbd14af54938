use std::sync::Arc;

use super::name;
use super::plan::DesiredRrSet;
use super::preview::{Preview, ZoneBackend};
use super::rr::{Rr, RrType};
use crate::call::Task;
use crate::error::{Error, Result};

/// A change of records of a zone. Nothing is sent before [`preview`](Self::preview), and nothing changes before
/// [`Preview::apply`].
///
/// Of one name and type, what is said last counts: `set` and `remove` end what was said before, `add` and `take` change it.
/// Names are those within the zone, `@` or an empty one for the zone itself; whole names, such as `www.example.com`, lose the
/// zone. Small letters and capitals are the same. Values that are written in several ways are compared by what they mean.
///
/// Some services have types of their own for the texts of mail policies (`SPF`, `DKIM`, `DMARC`), which are served as TXT. A
/// policy that is set as TXT replaces one of such a type, and the other way round, since two of them at one name break mail;
/// adding a second one is refused.
///
/// Other programs may edit the same zone at the same time: see [the module](super#beside-others), also for the
/// [validation of certificates](super#certificates).
#[derive(Clone, Debug)]
#[must_use = "nothing is changed until the preview is applied"]
pub struct Edit {
    zone: Arc<dyn ZoneBackend>,
    said: Vec<(String, Said)>,
}

#[derive(Clone, Debug)]
enum Said {
    Set(Rr),
    Add(Rr),
    Take(Rr),
    Remove(RrType),
}

impl Edit {
    /// An edit of the zone behind this. For authors of provider crates; programs have it of the records of a zone.
    pub fn new(zone: impl ZoneBackend + 'static) -> Self {
        Self {
            zone: Arc::new(zone),
            said: Vec::new(),
        }
    }

    fn say(mut self, name: impl Into<String>, said: Said) -> Self {
        self.said.push((name.into(), said));
        self
    }

    /// The name shall have these records of their type, and no others. Comments stay where none are given.
    pub fn set(self, name: impl Into<String>, rr: Rr) -> Self {
        self.say(name, Said::Set(rr))
    }

    /// The name shall have these records, besides those it has.
    pub fn add(self, name: impl Into<String>, rr: Rr) -> Self {
        self.say(name, Said::Add(rr))
    }

    /// The name shall not have these records. Others of their type stay; a time to live counts for nothing.
    pub fn take(self, name: impl Into<String>, rr: Rr) -> Self {
        self.say(name, Said::Take(rr))
    }

    /// The name shall have no records of this type.
    pub fn remove(self, name: impl Into<String>, kind: impl Into<RrType>) -> Self {
        self.say(name, Said::Remove(kind.into()))
    }

    /// Reads what the zone has and finds out what is to be done. Nothing is changed.
    ///
    /// # Errors
    ///
    /// Worth handling: [`is_invalid_input`](Error::is_invalid_input), for records that the service would refuse. It is found
    /// before the records are read.
    #[inline]
    pub fn preview(self) -> Task<Preview> {
        Task::new(async move {
            let Self { zone, said } = self;
            // Relative names need no name of the zone, which may cost a request.
            let is_whole = |(name, _): &(String, Said)| name.ends_with('.');
            let apex = zone.name(said.iter().any(is_whole)).await?;
            let all_desired = all_desired(apex.as_deref(), said)?;
            for desired in &all_desired {
                zone.check(desired)
                    .map_err(|error| of(error, &desired.name))?;
            }
            Preview::look(zone, all_desired).await
        })
    }
}

/// What was said, as the desired state of each name and type.
fn all_desired(zone: Option<&str>, said: Vec<(String, Said)>) -> Result<Vec<DesiredRrSet>> {
    // In the order in which it was said, which the preview shows.
    let mut all_desired: Vec<DesiredRrSet> = Vec::new();
    for (name, said) in said {
        let name = name::within(zone, &name)?;
        let (kind, rr) = match &said {
            Said::Set(rr) | Said::Add(rr) | Said::Take(rr) => (rr.kind().clone(), Some(rr)),
            Said::Remove(kind) => (kind.clone(), None),
        };
        if let Some(rr) = rr {
            rr.check().map_err(|error| of(error, &name))?;
        }
        let known = all_desired
            .iter()
            .position(|desired| desired.name == name && desired.kind == kind);
        let index = known.unwrap_or_else(|| {
            all_desired.push(DesiredRrSet::new(name, kind));
            all_desired.len() - 1
        });
        let desired = &mut all_desired[index];
        match said {
            Said::Set(rr) => {
                desired.replace_all();
                desired.add(rr);
            }
            Said::Add(rr) => desired.add(rr),
            Said::Take(rr) => desired.take(rr),
            Said::Remove(_) => desired.replace_all(),
        }
    }
    Ok(all_desired)
}

/// The same problem, of the records of this name.
fn of(error: Error, name: &str) -> Error {
    match error.fields() {
        [field, ..] => Error::input(
            format!("{} of {name}", field.name),
            field.messages.join("; "),
        ),
        [] => error,
    }
}
