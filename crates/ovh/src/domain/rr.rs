use std::fmt::Display;

use cloud_core::model::{Patch, Txt};

use super::records::RecordType;

/// What a name shall resolve to: records of one type, and how long they may be cached. For
/// [`ZoneHandle::edit`](super::ZoneHandle::edit).
///
/// Host names in values are relative to the zone unless they end with a dot.
///
/// ```
/// use ovh::domain::Rr;
///
/// let mail = Rr::mx([(10, "mx1.example.com."), (20, "mx2.example.com.")]).ttl(300);
/// assert_eq!(mail.targets(), ["10 mx1.example.com.", "20 mx2.example.com."]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rr {
    pub(super) kind: RecordType,
    pub(super) ttl: Patch<u32>,
    pub(super) targets: Vec<String>,
}

impl Rr {
    /// Records of any type, by their values as zone files write them.
    pub fn new(
        kind: impl Into<RecordType>,
        targets: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            kind: kind.into(),
            ttl: Patch::Leave,
            targets: targets.into_iter().map(Into::into).collect(),
        }
    }

    fn written(kind: RecordType, targets: impl IntoIterator<Item = impl Display>) -> Self {
        Self::new(kind, targets.into_iter().map(|target| target.to_string()))
    }

    /// Records of type `A`, one for each IPv4 address.
    pub fn a(addresses: impl IntoIterator<Item = impl Display>) -> Self {
        Self::written(RecordType::A, addresses)
    }

    /// Records of type `AAAA`, one for each IPv6 address.
    pub fn aaaa(addresses: impl IntoIterator<Item = impl Display>) -> Self {
        Self::written(RecordType::Aaaa, addresses)
    }

    /// Another name for this host.
    pub fn cname(target: impl Into<String>) -> Self {
        Self::new(RecordType::Cname, [target])
    }

    /// Mail servers: preference and host. The lowest preference comes first.
    pub fn mx(servers: impl IntoIterator<Item = (u16, impl Display)>) -> Self {
        Self::written(
            RecordType::Mx,
            servers
                .into_iter()
                .map(|(preference, host)| format!("{preference} {host}")),
        )
    }

    /// Records of type `NS`, one for each name server.
    pub fn ns(servers: impl IntoIterator<Item = impl Display>) -> Self {
        Self::written(RecordType::Ns, servers)
    }

    /// A text of any length, split and quoted by [`Txt`].
    pub fn txt(text: impl AsRef<str>) -> Self {
        Self::written(RecordType::Txt, [Txt::from_text(text)])
    }

    /// How many seconds the records may be cached; 0 is the same as [`zone_ttl`](Self::zone_ttl). Unless said, records keep
    /// what they have, and new ones take that of the zone. From 1 to 59 the edit is refused before anything is sent, because
    /// the service makes 60 of them (ovh/terraform-provider-ovh#397).
    pub fn ttl(mut self, seconds: u32) -> Self {
        self.ttl = Patch::Value(seconds);
        self
    }

    /// The records may be cached as long as the zone says, even if they had a time of their own.
    pub fn zone_ttl(mut self) -> Self {
        self.ttl = Patch::Null;
        self
    }

    /// The type that all of the records have.
    pub fn kind(&self) -> &RecordType {
        &self.kind
    }

    /// The values of the records, one each, as zone files write them.
    pub fn targets(&self) -> &[String] {
        &self.targets
    }
}
