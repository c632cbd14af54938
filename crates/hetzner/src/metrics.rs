//! Measurements over time.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::request::{CallOptions, OperationRow};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::client::Client;

/// Measurements of one server or load balancer. The service keeps them for 30 days and answers with at most 500
/// samples a series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Metrics {
    /// The beginning of the period.
    pub start: Timestamp,
    /// The end of the period.
    pub end: Timestamp,
    /// Seconds from one sample to the next. The service widens what was asked for when there would be too many
    /// samples.
    pub step: f64,
    /// The series by name, such as `cpu` (percent), `disk.0.iops.read`, `disk.0.bandwidth.write`
    /// (bytes a second), `network.0.pps.in` (packets a second) or `network.0.bandwidth.out` (bytes a second).
    pub time_series: BTreeMap<String, TimeSeries>,
}

impl Metrics {
    /// The samples of the series with this name, oldest first; none when there is no such series.
    pub fn samples(&self, series: &str) -> &[Sample] {
        self.time_series
            .get(series)
            .map_or(&[], |series| &series.values)
    }
}

/// The samples of one measurement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Option<Series>")]
#[non_exhaustive]
pub struct TimeSeries {
    /// The samples, oldest first.
    pub values: Vec<Sample>,
}

/// What a series looks like on the wire, where `null` in its place means that there are no samples.
#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    values: Vec<Sample>,
}

impl From<Option<Series>> for TimeSeries {
    fn from(series: Option<Series>) -> Self {
        Self {
            values: series.map(|series| series.values).unwrap_or_default(),
        }
    }
}

/// One measured value and its time. On the wire it is a pair of an instant and a number in quotes:
/// `[1435781470.622, "42"]`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// Seconds since the Unix epoch, with fraction.
    pub unix: f64,
    /// The value; not a number where the service has none.
    pub value: f64,
}

impl Sample {
    /// When it was measured, to the millisecond. The Unix epoch for an instant that no calendar has.
    pub fn at(&self) -> Timestamp {
        // A double near today holds a quarter of a microsecond, so the digits below a millisecond are noise.
        Duration::try_from_secs_f64((self.unix * 1e3).round())
            .ok()
            .and_then(|millis| {
                SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis.as_secs()))
            })
            .map_or(Timestamp::UNIX_EPOCH, Timestamp::from)
    }
}

impl Serialize for Sample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.unix, self.value.to_string()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pair;
        impl<'de> de::Visitor<'de> for Pair {
            type Value = Sample;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a pair of an instant and a value")
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut pair: A) -> Result<Sample, A::Error> {
                let Number(unix) = pair
                    .next_element()?
                    .ok_or_else(|| de::Error::invalid_length(0, &self))?;
                let Number(value) = pair
                    .next_element()?
                    .ok_or_else(|| de::Error::invalid_length(1, &self))?;
                // To its end, or the reader would take what is left for an error.
                while pair.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(Sample { unix, value })
            }
        }
        deserializer.deserialize_seq(Pair)
    }
}

struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, with or without quotes")
            }
            fn visit_f64<E: de::Error>(self, v: f64) -> Result<Number, E> {
                Ok(Number(v))
            }
            #[allow(
                clippy::cast_precision_loss,
                reason = "a measurement is no exact count"
            )]
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Number, E> {
                Ok(Number(v as f64))
            }
            #[allow(
                clippy::cast_precision_loss,
                reason = "a measurement is no exact count"
            )]
            fn visit_i64<E: de::Error>(self, v: i64) -> Result<Number, E> {
                Ok(Number(v as f64))
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Number, E> {
                v.trim()
                    .parse()
                    .map(Number)
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(v), &self))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Number, E> {
                Ok(Number(f64::NAN))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Reads measurements; made by [`Servers::metrics`](crate::servers::Servers::metrics) and
/// [`LoadBalancers::metrics`](crate::load_balancers::LoadBalancers::metrics).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct GetMetrics(Call<Metrics>);

impl GetMetrics {
    pub(crate) fn of(
        client: &Client,
        operation: &'static OperationRow,
        id: impl fmt::Display,
        kinds: impl IntoIterator<Item = impl fmt::Display>,
        start: Timestamp,
        end: Timestamp,
    ) -> Self {
        let call = client.call(operation, Decode::key("metrics")).arg(id);
        let call = kinds
            .into_iter()
            // Repeated, as the parameter is described, although the text about it speaks of commas.
            .fold(call, |call, kind| call.query("type", kind));
        Self(call.query("start", start).query("end", end))
    }

    /// The seconds between two samples. Unless set, the service chooses so that there are at most 200; it gives no more
    /// than 500.
    pub fn step(self, seconds: u32) -> Self {
        Self(self.0.set_query("step", seconds))
    }

    /// Sets a time limit, headers and so on for this call only.
    pub fn options(self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        Self(self.0.options(set))
    }
}

cloud_core::send_methods!(GetMetrics => Metrics, |this| this.0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_become_samples() {
        let metrics: Metrics = cloud_core::decode::from_str(
            r#"{"start":"2026-11-20T00:00:00Z","end":"2026-11-20T01:00:00Z","step":60,
                "time_series":{"cpu":{"values":[[1435781470.622,"42"],[1435781471,43.5],["1435781472",-1,"more"]]}}}"#,
        )
        .unwrap();
        let values: Vec<_> = metrics
            .samples("cpu")
            .iter()
            .map(|sample| (sample.unix, sample.value))
            .collect();
        assert_eq!(
            values,
            [
                (1_435_781_470.622, 42.0),
                (1_435_781_471.0, 43.5),
                (1_435_781_472.0, -1.0)
            ]
        );
        assert_eq!(
            metrics.samples("cpu")[0].at().to_string(),
            "2015-07-01T20:11:10.622Z"
        );
        assert_eq!(metrics.samples("disk.0.iops.read"), []);
        assert!((metrics.step - 60.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_missing_value_is_not_a_number() {
        for json in ["[1,null]", r#"[1,"NaN"]"#] {
            assert!(
                cloud_core::decode::from_str::<Sample>(json)
                    .unwrap()
                    .value
                    .is_nan(),
                "{json}"
            );
        }
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for json in ["[]", "[1]", r#"[1,"x"]"#, "7", "{}", "[1,[2]]"] {
            assert!(
                cloud_core::decode::from_str::<Sample>(json).is_err(),
                "{json}"
            );
        }
    }

    #[test]
    fn instants_outside_the_calendar_do_no_harm() {
        for unix in [-1.0, f64::NAN, f64::INFINITY, 1e300, 1e18] {
            assert_eq!(
                Sample { unix, value: 0.0 }.at(),
                Timestamp::UNIX_EPOCH,
                "{unix}"
            );
        }
    }
}
