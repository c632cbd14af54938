use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use cloud_core::call::Task;
use cloud_core::model::{Patch, Txt};
use cloud_core::{Error, Result};

use super::records::{Record, RecordId, RecordType, Records};
use super::rr::Rr;
use super::zones::ZoneHandle;
use crate::client::Client;

/// How often a refresh that is refused because another one is under way is tried again, and after how long.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_secs(2);

/// A change of many records of a zone; made by [`ZoneHandle::edit`]. Nothing is sent before [`preview`](Self::preview), and
/// nothing changes before [`Preview::apply`].
///
/// What is said last about a name and type counts. Names are those within the zone, empty for the zone itself; of whole
/// names, such as `www.example.com`, the zone is cut off. Small letters and capitals are the same.
///
/// The service has types of its own for some texts (`SPF`, `DKIM`, `DMARC`), which are served as TXT. A policy that is set
/// as TXT replaces one of such a type, and the other way round, since two of them at one name break mail.
#[derive(Clone, Debug)]
#[must_use = "nothing is changed until the preview is applied"]
pub struct Edit {
    client: Client,
    zone: String,
    wanted: Vec<Wanted>,
}

#[derive(Clone, Debug)]
struct Wanted {
    name: String,
    kind: RecordType,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Set(Rr),
    Add(Rr),
    Remove,
}

impl Edit {
    pub(super) fn new(client: &Client, zone: &str) -> Self {
        Self {
            client: client.clone(),
            zone: zone.to_owned(),
            wanted: Vec::new(),
        }
    }

    fn wanted(&mut self, name: String, kind: RecordType, make: impl FnOnce(Option<What>) -> What) {
        let known = self
            .wanted
            .iter()
            .position(|wanted| wanted.name.eq_ignore_ascii_case(&name) && wanted.kind == kind);
        let old = known.map(|index| self.wanted.remove(index).what);
        self.wanted.push(Wanted {
            name,
            kind,
            what: make(old),
        });
    }

    /// The name within the zone. `@` is how zone files write the zone itself, for which the API wants nothing. A whole
    /// name loses the zone: below itself the zone would hardly be meant. One of another zone keeps its dot, and is refused.
    fn relative(&self, name: String) -> String {
        let whole = name.strip_suffix('.').unwrap_or(&name);
        let split = whole.len().checked_sub(self.zone.len());
        let at_zone = split.filter(|at| {
            let tail = whole.get(*at..);
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(&self.zone))
        });
        match at_zone {
            Some(0) => String::new(),
            Some(at) if whole[..at].ends_with('.') => whole[..at - 1].to_owned(),
            _ if name == "@" => String::new(),
            _ => name,
        }
    }

    /// The name shall have these records of their type, and no others.
    pub fn set(mut self, name: impl Into<String>, rr: Rr) -> Self {
        self.wanted(self.relative(name.into()), rr.kind.clone(), |_| {
            What::Set(rr)
        });
        self
    }

    /// The name shall have these records, besides those it has.
    pub fn add(mut self, name: impl Into<String>, rr: Rr) -> Self {
        self.wanted(
            self.relative(name.into()),
            rr.kind.clone(),
            |old| match old {
                None => What::Add(rr),
                Some(What::Remove) => What::Set(rr),
                Some(What::Add(old)) => What::Add(joined(old, rr)),
                Some(What::Set(old)) => What::Set(joined(old, rr)),
            },
        );
        self
    }

    /// The name shall have no records of this type.
    pub fn remove(mut self, name: impl Into<String>, kind: impl Into<RecordType>) -> Self {
        self.wanted(self.relative(name.into()), kind.into(), |_| What::Remove);
        self
    }

    /// Reads what the zone has and finds out what is to be done (`GET /domain/zone/{zoneName}/record`). Nothing is
    /// changed.
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:record/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// use ovh::domain::Rr;
    ///
    /// let preview = api.zone("example.com").edit().set("api", Rr::a(["203.0.113.7"])).preview().await?;
    /// assert_eq!(preview.to_string(), "+ api A 203.0.113.7\n");
    /// # Ok(()) }
    /// ```
    pub fn preview(self) -> Task<Preview> {
        Task::new(async move {
            let Self {
                client,
                zone,
                wanted,
            } = self;
            for wanted in &wanted {
                wanted.check(&zone)?;
            }
            let mut changes = Vec::new();
            if !wanted.is_empty() {
                let there = read(&client, &zone, &wanted).await?;
                // What is talked about by its own type is nobody else's.
                let is_named =
                    |record: &Record| wanted.iter().any(|wanted| wanted.is_meant(record));
                let natives = |wanted: &Wanted| -> Vec<Record> {
                    let others = there.iter().filter(|record| !is_named(record));
                    let same = others.filter(|record| wanted.is_policy_of(record));
                    same.cloned().collect()
                };
                for wanted in &wanted {
                    let before = there.iter().filter(|record| wanted.is_meant(record));
                    changes.extend(
                        wanted
                            .clone()
                            .changes(before.cloned().collect(), natives(wanted))?,
                    );
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

fn joined(mut old: Rr, new: Rr) -> Rr {
    old.targets.extend(new.targets);
    if !new.ttl.is_leave() {
        old.ttl = new.ttl;
    }
    old
}

/// The records that are talked about, as far as they are there.
async fn read(client: &Client, zone: &str, wanted: &[Wanted]) -> Result<Vec<Record>> {
    let Wanted { name, kind, .. } = &wanted[0];
    let mut list = client.zone(zone).records().list();
    // A text may be there under another type.
    if wanted.iter().all(|wanted| wanted.kind == *kind) && !is_text(kind) {
        list = list.field_type(kind.clone());
    }
    // An empty filter would mean no filter.
    if !name.is_empty()
        && wanted
            .iter()
            .all(|wanted| wanted.name.eq_ignore_ascii_case(name))
    {
        list = list.sub_domain(name.as_str());
    }
    let mut records = list.all().await?;
    for record in &mut records {
        // The service says 0 where no time was set.
        record.ttl = record.ttl.filter(|ttl| *ttl != 0);
    }
    Ok(records)
}

/// Types that are served as TXT.
fn is_text(kind: &RecordType) -> bool {
    use RecordType::{Dkim, Dmarc, Spf, Txt};
    matches!(kind, Txt | Spf | Dkim | Dmarc)
}

/// Of which type of its own a text would be, by what it begins with.
fn policy(target: &str) -> Option<RecordType> {
    let text = meaning(&RecordType::Txt, target).to_ascii_lowercase();
    let version = text.split([' ', ';']).next()?;
    match version {
        "v=spf1" => Some(RecordType::Spf),
        "v=dkim1" => Some(RecordType::Dkim),
        "v=dmarc1" => Some(RecordType::Dmarc),
        _ => None,
    }
}

impl Wanted {
    fn is_meant(&self, record: &Record) -> bool {
        record.field_type == self.kind && record.sub_domain.eq_ignore_ascii_case(&self.name)
    }

    /// Whether this record is, under another type, the policy that the name shall have.
    fn is_policy_of(&self, record: &Record) -> bool {
        let (What::Set(rr) | What::Add(rr)) = &self.what else {
            return false;
        };
        let native = |kind: &RecordType, target: &str| match kind {
            RecordType::Txt => policy(target),
            kind => Some(kind.clone()),
        };
        record.field_type != self.kind
            && is_text(&record.field_type)
            && is_text(&self.kind)
            && record.sub_domain.eq_ignore_ascii_case(&self.name)
            && native(&record.field_type, &record.target).is_some_and(|policy| {
                rr.targets
                    .iter()
                    .any(|target| native(&self.kind, target).as_ref() == Some(&policy))
            })
    }

    fn check(&self, zone: &str) -> Result<()> {
        if self.name.ends_with('.') {
            let text = format!("`{}` is not in the zone {zone}", self.name);
            return Err(Error::input("name", text));
        }
        let (What::Set(rr) | What::Add(rr)) = &self.what else {
            return Ok(());
        };
        if let Patch::Value(ttl @ 1..=59) = rr.ttl {
            let text = format!(
                "{ttl} is below 60, to which the service raises it without a word; 0 is as long as the zone says"
            );
            return Err(Error::input(format!("ttl of {}", named(&self.name)), text));
        }
        let fits = |target: &str| match self.kind {
            RecordType::A => target.parse::<Ipv4Addr>().is_ok(),
            RecordType::Aaaa => target.parse::<Ipv6Addr>().is_ok(),
            _ => !target.trim().is_empty() && !target.contains(['\n', '\r']),
        };
        match rr.targets.iter().find(|target| !fits(target)) {
            Some(target) => {
                let text = format!("`{target}` is no value of a record of type {}", self.kind);
                Err(Error::input(
                    format!("target of {}", named(&self.name)),
                    text,
                ))
            }
            None => Ok(()),
        }
    }

    /// What leads from the records that are there to those that shall be; `natives` are there under another type, which
    /// cannot be changed.
    fn changes(self, before: Vec<Record>, mut natives: Vec<Record>) -> Result<Vec<Change>> {
        let Self { name, kind, what } = self;
        let (keeps_others, rr) = match what {
            What::Remove => (false, Rr::new(kind.clone(), [""; 0])),
            What::Set(rr) => (false, rr),
            What::Add(rr) => (true, rr),
        };
        let wanted_ttl = |old: Option<i64>| match rr.ttl {
            Patch::Leave => old,
            Patch::Null | Patch::Value(0) => None,
            Patch::Value(seconds) => Some(seconds.into()),
        };
        let mut spare = before;
        let (mut changes, mut missing, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for target in rr.targets {
            let meant = meaning(&kind, &target);
            if seen.contains(&meant) {
                continue;
            }
            let is_there = |list: &[Record]| {
                let mut records = list.iter();
                records.position(|record| meaning(&kind, &record.target) == meant)
            };
            let known = is_there(&spare).map(|index| spare.remove(index));
            match known.or_else(|| is_there(&natives).map(|index| natives.remove(index))) {
                Some(record) => {
                    let ttl = wanted_ttl(record.ttl);
                    if ttl != record.ttl {
                        changes.push(Change::Updated {
                            target: record.target.clone(),
                            ttl,
                            record,
                        });
                    }
                }
                None => missing.push(target),
            }
            seen.push(meant);
        }
        if keeps_others && let Some(native) = natives.first() {
            let text = format!(
                "there is a policy of this name already, of type {}: {}; a second one breaks mail, so set it in place of \
                 adding one",
                native.field_type, native.target
            );
            return Err(Error::input(format!("target of {}", named(&name)), text));
        }
        // A record that goes makes room for one that comes: one request in place of two, and no moment without.
        let mut going = if keeps_others { Vec::new() } else { spare }.into_iter();
        for target in missing {
            changes.push(match going.next() {
                Some(record) => Change::Updated {
                    ttl: wanted_ttl(record.ttl),
                    target,
                    record,
                },
                None => Change::Created {
                    name: name.clone(),
                    kind: kind.clone(),
                    target,
                    ttl: wanted_ttl(None),
                },
            });
        }
        changes.extend(going.chain(natives).map(Change::Deleted));
        Ok(changes)
    }
}

/// What a value means, where the same can be written in several ways.
fn meaning(kind: &RecordType, target: &str) -> String {
    let as_is = || target.split_whitespace().collect::<Vec<_>>().join(" ");
    match kind {
        RecordType::A => target
            .parse()
            .map_or_else(|_| as_is(), |ip: Ipv4Addr| ip.to_string()),
        RecordType::Aaaa => target
            .parse()
            .map_or_else(|_| as_is(), |ip: Ipv6Addr| ip.to_string()),
        // Texts may be quoted or not, and cut elsewhere: what counts is the text. Not all that is quoted is a text.
        RecordType::Txt | RecordType::Spf | RecordType::Dkim | RecordType::Dmarc
            if target.starts_with('"') =>
        {
            target
                .parse()
                .map_or_else(|_| as_is(), |txt: Txt| txt.to_text())
        }
        RecordType::Txt | RecordType::Spf | RecordType::Dkim | RecordType::Dmarc => {
            target.to_owned()
        }
        RecordType::Cname
        | RecordType::Dname
        | RecordType::Ns
        | RecordType::Mx
        | RecordType::Ptr
        | RecordType::Srv => as_is().to_ascii_lowercase(),
        _ => as_is(),
    }
}

/// What is to be done with one record.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A record is created in the zone.
    #[non_exhaustive]
    Created {
        /// The name within the zone.
        name: String,
        /// The type.
        kind: RecordType,
        /// The value.
        target: String,
        /// How many seconds it may be cached; `None` for as long as the zone says.
        ttl: Option<i64>,
    },
    /// It gets another value or another time to live.
    #[non_exhaustive]
    Updated {
        /// The record as it is.
        record: Record,
        /// The value it gets.
        target: String,
        /// The time to live it gets.
        ttl: Option<i64>,
    },
    /// The record is deleted from the zone.
    Deleted(Record),
}

impl Change {
    fn name(&self) -> &str {
        match self {
            Self::Created { name, .. } => name,
            Self::Updated { record, .. } | Self::Deleted(record) => &record.sub_domain,
        }
    }

    fn is_alias(&self) -> bool {
        let kind = match self {
            Self::Created { kind, .. } => kind,
            Self::Updated { record, .. } | Self::Deleted(record) => &record.field_type,
        };
        *kind == RecordType::Cname
    }

    async fn send(&self, records: &Records<'_>) -> Result<()> {
        let seconds = |ttl: &Option<i64>| ttl.and_then(|ttl| u32::try_from(ttl).ok());
        match self {
            Self::Created {
                name,
                kind,
                target,
                ttl,
            } => {
                let mut create = records.create(kind.clone(), target);
                if !name.is_empty() {
                    create = create.sub_domain(name);
                }
                if let Some(ttl) = seconds(ttl) {
                    create = create.ttl(ttl);
                }
                create.await.map(drop)
            }
            Self::Updated {
                record,
                target,
                ttl,
            } => {
                let id: RecordId = record.id;
                let mut update = records.update(id);
                if *target != record.target {
                    update = update.target(target);
                }
                if *ttl != record.ttl {
                    update = update.ttl(seconds(ttl));
                }
                update.await
            }
            Self::Deleted(record) => records.delete(record.id).await,
        }
    }
}

/// What an [`Edit`] comes to; made by [`Edit::preview`].
///
/// Its `Display` has one line for every record: `+` for one that comes, `-` for one that goes, `~` for one that changes.
/// What stays as it is has none.
#[derive(Clone, Debug)]
#[must_use = "nothing is changed until the preview is applied"]
pub struct Preview {
    client: Client,
    zone: String,
    changes: Vec<Change>,
}

impl Preview {
    /// The records that change.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Carries the changes out, one after the other (`POST /domain/zone/{zoneName}/record`, `PUT
    /// /domain/zone/{zoneName}/record/{id}`, `DELETE /domain/zone/{zoneName}/record/{id}`), and refreshes the zone
    /// once (`POST /domain/zone/{zoneName}/refresh`). Without changes it sends nothing.
    ///
    /// The service refuses a refresh while another one is under way. Edits by one client and its clones take turns,
    /// and a refresh that is refused because of somebody else's is tried again for a minute.
    ///
    /// Records are deleted last, but for those in whose place something of another type comes, as a host name that
    /// was an alias. When a request fails, what was done before it stays and is not refreshed, and the error says so
    /// by [`may_have_happened`](Error::may_have_happened); the same edit, previewed again, shows what is left.
    ///
    /// # Permissions
    ///
    /// The IAM actions `dnsZone:apiovh:record/create`, `dnsZone:apiovh:record/edit` and
    /// `dnsZone:apiovh:record/delete`, as far as there is something to create, edit and delete, and
    /// `dnsZone:apiovh:refresh`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// use ovh::domain::Rr;
    ///
    /// let zone = api.zone("example.com");
    /// let edit = zone.edit().set("api", Rr::a(["203.0.113.7"]));
    /// edit.clone().preview().await?.apply().await?;
    /// assert!(edit.preview().await?.is_empty()); // nothing is left to do
    /// # Ok(()) }
    /// ```
    pub fn apply(self) -> Task<()> {
        Task::new(async move {
            let Self {
                client,
                zone,
                changes,
            } = self;
            if changes.is_empty() {
                return Ok(());
            }
            let _turn = client.zone_turn(&zone).await?;
            let room = client.zone(&zone);
            let records = room.records();
            let is_deletion = |change: &Change| matches!(change, Change::Deleted(_));
            let in_the_way = |gone: &Change| {
                let others = changes.iter().filter(|other| {
                    !is_deletion(other) && other.name().eq_ignore_ascii_case(gone.name())
                });
                is_deletion(gone) && { others }.any(|new| new.is_alias() || gone.is_alias())
            };
            let (first, rest): (Vec<_>, Vec<_>) =
                changes.iter().partition(|change| in_the_way(change));
            let (last, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|change| is_deletion(change));
            let mut changed = false;
            for change in [first, others, last].into_iter().flatten() {
                if let Err(error) = change.send(&records).await {
                    // Whatever became of this one, those before it stand.
                    return Err(if changed {
                        error.with_may_have_happened()
                    } else {
                        error
                    });
                }
                changed = true;
            }
            refresh(&client, &room)
                .await
                .map_err(Error::with_may_have_happened)
        })
    }
}

async fn refresh(client: &Client, room: &ZoneHandle<'_>) -> Result<()> {
    let clock = client.engine().clock();
    let mut tries = 1;
    loop {
        // A second refresh would do the same, so it does not matter whether the first was carried out.
        match room.refresh().options(|o| o.idempotent(true)).await {
            Err(error) if error.is_conflict() && tries < TRIES => clock.sleep(PAUSE).await,
            ended => return ended,
        }
        tries += 1;
    }
}

fn named(name: &str) -> &str {
    if name.is_empty() { "@" } else { name }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes
            .iter()
            .try_for_each(|change| writeln!(f, "{change}"))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time =
            |ttl: Option<i64>| ttl.map_or_else(|| "zone default".to_owned(), |ttl| ttl.to_string());
        match self {
            Self::Created {
                name,
                kind,
                target,
                ttl,
            } => {
                let ttl = ttl.map(|ttl| format!("{ttl} ")).unwrap_or_default();
                write!(f, "+ {} {ttl}{kind} {target}", named(name))
            }
            Self::Updated {
                record,
                target,
                ttl,
            } => {
                write!(
                    f,
                    "~ {} {} {}",
                    named(&record.sub_domain),
                    record.field_type,
                    record.target
                )?;
                if *target != record.target {
                    write!(f, " -> {target}")?;
                }
                if *ttl != record.ttl {
                    write!(f, ", ttl {} -> {}", time(record.ttl), time(*ttl))?;
                }
                Ok(())
            }
            Self::Deleted(record) => {
                write!(
                    f,
                    "- {} {} {}",
                    named(&record.sub_domain),
                    record.field_type,
                    record.target
                )
            }
        }
    }
}
