//! How much traffic addresses had.

use std::collections::BTreeMap;
use std::fmt;

use cloud_core::{Error, Result};
use serde::de::{self, Deserializer, MapAccess};
use serde::{Deserialize, Serialize, Serializer};

use super::client::Client;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ips::check_ip;
use super::ops;
use super::wire::object;

cloud_core::open_enum! {
    /// What the traffic of a report is counted by, which says how its times are written.
    pub enum TrafficType {
        /// By hours; times such as `2026-09-01T00`.
        Day = "day",
        /// By days; times such as `2026-09-01`.
        Month = "month",
        /// By months; times such as `2026-09`.
        Year = "year",
    }
}

/// The traffic of addresses in some time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Traffic {
    /// What it is counted by.
    #[serde(rename = "type")]
    pub kind: TrafficType,
    /// The beginning of the report, as it was asked for.
    pub from: String,
    /// The end of the report, as it was asked for.
    pub to: String,
    /// The traffic by address. An address without any is left out.
    #[serde(deserialize_with = "object")]
    pub data: BTreeMap<String, AddressTraffic>,
}

/// The traffic of one address.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AddressTraffic {
    /// All of it in one.
    Total(TrafficVolume),
    /// By intervals, such as `01` for the first day of a month; with [`single_values`](QueryTraffic::single_values).
    Intervals(BTreeMap<String, TrafficVolume>),
}

impl AddressTraffic {
    /// All of it in one.
    pub fn total(&self) -> TrafficVolume {
        match self {
            Self::Total(total) => *total,
            Self::Intervals(all) => {
                let mut total = TrafficVolume::default();
                for one in all.values() {
                    total.incoming += one.incoming;
                    total.outgoing += one.outgoing;
                    total.sum += one.sum;
                }
                total
            }
        }
    }
}

/// The traffic of an address, in GB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TrafficVolume {
    /// The traffic that came in.
    #[serde(rename = "in")]
    pub incoming: f64,
    /// The traffic that went out.
    #[serde(rename = "out")]
    pub outgoing: f64,
    /// The traffic of both directions.
    pub sum: f64,
}

impl Serialize for AddressTraffic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Total(total) => total.serialize(serializer),
            Self::Intervals(all) => all.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for AddressTraffic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = AddressTraffic;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the traffic of an address")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut total = None::<TrafficVolume>;
                let mut intervals = BTreeMap::new();
                while let Some(key) = map.next_key::<String>()? {
                    // No interval has one of these names: they are numbers.
                    let place = match &*key {
                        "in" => &mut total.get_or_insert_default().incoming,
                        "out" => &mut total.get_or_insert_default().outgoing,
                        "sum" => &mut total.get_or_insert_default().sum,
                        _ => {
                            intervals.insert(key, map.next_value()?);
                            continue;
                        }
                    };
                    *place = map.next_value()?;
                }
                Ok(match total {
                    Some(total) => AddressTraffic::Total(total),
                    None => AddressTraffic::Intervals(intervals),
                })
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

impl Client {
    /// The traffic of addresses and subnets.
    pub fn traffic(&self) -> TrafficReports<'_> {
        TrafficReports(self)
    }
}

/// The call about traffic, `/traffic`.
#[derive(Clone, Copy, Debug)]
pub struct TrafficReports<'a>(&'a Client);

impl TrafficReports<'_> {
    /// Asks how much traffic addresses and subnets had from one time to another (`POST /traffic`). The times are written as
    /// the [type](TrafficType) says. Subnets are named by the address of their net.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound) (an address is not yours),
    /// [`InvalidInput`](ErrorCode::InvalidInput).
    pub fn query(
        self,
        kind: TrafficType,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> QueryTraffic {
        let call = self.0.one(&ops::TRAFFIC_QUERY, "traffic");
        // It only reads, although it is a POST.
        let call = call.options(|options| options.idempotent(true));
        QueryTraffic::new(call, kind, from.into(), to.into())
    }
}

cloud_core::request! {
    /// Asks for traffic; made by [`TrafficReports::query`].
    pub struct QueryTraffic => Traffic as form;
    required {
        #[serde(rename = "type")] kind: TrafficType,
        from: String,
        to: String,
    }
    opt {
        /// Whether the traffic of every interval is told, and not the sum alone.
        single_values: bool,
    }
    list {
        /// The addresses asked about.
        @serde(rename = "ip") ips: String,
        /// The subnets asked about.
        @serde(rename = "subnet") subnets: String,
    }
    check |this: &Self| {
        let (ips, subnets) = (this.ips.as_deref(), this.subnets.as_deref());
        let (ips, subnets) = (ips.unwrap_or_default(), subnets.unwrap_or_default());
        if ips.is_empty() && subnets.is_empty() {
            return Err(Error::input("ip", "must name an address, or `subnet` a net"));
        }
        ips.iter().try_for_each(|ip| check_ip("ip", ip))?;
        subnets.iter().try_for_each(|net| check_ip("subnet", net))?;
        check_time("from", &this.kind, &this.from)?;
        check_time("to", &this.kind, &this.to)
    };
}

/// Whether a time is written as the type of the report wants it.
fn check_time(field: &str, kind: &TrafficType, time: &str) -> Result<()> {
    let form = match kind {
        TrafficType::Day => "yyyy-mm-ddThh",
        TrafficType::Month => "yyyy-mm-dd",
        TrafficType::Year => "yyyy-mm",
        TrafficType::Unknown(_) => return Ok(()),
    };
    let fits = |(given, wanted): (char, char)| match wanted {
        '-' | 'T' => given == wanted,
        _ => given.is_ascii_digit(),
    };
    if time.len() == form.len() && time.chars().zip(form.chars()).all(fits) {
        return Ok(());
    }
    let problem = format!("must be written {form} for the type {kind}");
    Err(Error::input(field, problem))
}
