use cloud_core::dns::{Record, RrType};
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};

use super::Records;
use super::rr::{check_records, check_ttl};
use crate::actions::Action;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ops;

/// The most records that the service takes in one request.
pub(super) const RECORDS_MAX: usize = 50;

impl Records<'_> {
    /// Replaces all records of an RRset that is there (`POST
    /// /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/set_records`), up to 50 of them. Comments that are not
    /// given are lost.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound) (create it then), [`InvalidInput`](ErrorCode::InvalidInput),
    /// [`Protected`](ErrorCode::Protected).
    pub fn set_records(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> ChangeRecords {
        self.change(
            &ops::SET_ZONE_RRSET_RECORDS,
            name.as_ref(),
            &kind.into(),
            records,
        )
    }

    /// Adds up to 50 records to an RRset, which is created when it is not there (`POST
    /// /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/add_records`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (a value is wrong, or there already),
    /// [`Protected`](ErrorCode::Protected).
    pub fn add_records(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> AddRecords {
        let (kind, records) = (kind.into(), collect(records));
        let call = self.start(&ops::ADD_ZONE_RRSET_RECORDS, name.as_ref(), &kind);
        AddRecords::new(call.check(check_few(&kind, &records)), records)
    }

    /// Takes the records with these values away, up to 50 (`POST
    /// /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/remove_records`). With the last record the RRset goes
    /// too.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), [`Protected`](ErrorCode::Protected).
    pub fn remove_records(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> ChangeRecords {
        self.change(
            &ops::REMOVE_ZONE_RRSET_RECORDS,
            name.as_ref(),
            &kind.into(),
            records,
        )
    }

    /// Changes the comments of the records with these values, and nothing else (`POST
    /// /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/update_records`). A record without a comment loses the
    /// one it had.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), [`Protected`](ErrorCode::Protected).
    pub fn update_records(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> ChangeRecords {
        let records = records.into_iter().map(|record| {
            let mut record: Record = record.into();
            // The request is about comments alone, so none means that there shall be none.
            record.comment.get_or_insert_default();
            record
        });
        self.change(
            &ops::UPDATE_ZONE_RRSET_RECORDS,
            name.as_ref(),
            &kind.into(),
            records,
        )
    }

    /// Sets how many seconds the records may be cached, 60 or more; `None` for as long as the zone says (`POST
    /// /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/change_ttl`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), [`Protected`](ErrorCode::Protected).
    pub fn change_ttl(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        ttl: impl Into<Option<u32>>,
    ) -> ChangeRrSetTtl {
        ChangeRrSetTtl::new(
            self.start(&ops::CHANGE_ZONE_RRSET_TTL, name.as_ref(), &kind.into()),
            ttl.into(),
        )
    }

    /// Sets whether changing and deleting the RRset is refused (`POST
    /// /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/change_protection`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_protection(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        change: bool,
    ) -> ChangeRrSetProtection {
        let call = self.start(
            &ops::CHANGE_ZONE_RRSET_PROTECTION,
            name.as_ref(),
            &kind.into(),
        );
        ChangeRrSetProtection::new(call, change)
    }

    fn change(
        &self,
        operation: &'static OperationRow,
        name: &str,
        kind: &RrType,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> ChangeRecords {
        let records = collect(records);
        let call = self
            .start(operation, name, kind)
            .check(check_few(kind, &records));
        ChangeRecords::new(call, records)
    }
}

fn collect(records: impl IntoIterator<Item = impl Into<Record>>) -> Vec<Record> {
    records.into_iter().map(Into::into).collect()
}

fn check_few(kind: &RrType, records: &[Record]) -> Result<()> {
    if records.len() > RECORDS_MAX {
        return Err(Error::input(
            "records",
            "must not be more than 50 at once; Records::edit splits them",
        ));
    }
    check_records(kind, records)
}

cloud_core::request! {
    /// Changes the records of an RRset; made by [`Records::set_records`], [`Records::remove_records`] and
    /// [`Records::update_records`].
    pub struct ChangeRecords => Accepted<Action>;
    required {
        records: Vec<Record>,
    }
}

cloud_core::request! {
    /// Adds records; made by [`Records::add_records`].
    pub struct AddRecords => Accepted<Action>;
    required {
        records: Vec<Record>,
    }
    opt {
        /// How many seconds they may be cached. For an RRset that has a time already it must be the same.
        ttl: u32,
    }
    check |this: &Self| check_ttl(this.ttl);
}

cloud_core::request! {
    /// Changes how long records may be cached; made by [`Records::change_ttl`].
    pub struct ChangeRrSetTtl => Accepted<Action>;
    required {
        ttl: Option<u32>,
    }
    check |this: &Self| check_ttl(this.ttl);
}

cloud_core::request! {
    /// Protects an RRset or lifts its protection; made by [`Records::change_protection`].
    pub struct ChangeRrSetProtection => Accepted<Action>;
    required {
        change: bool,
    }
}
