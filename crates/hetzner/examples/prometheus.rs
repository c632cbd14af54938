//! Counts requests and their times for Prometheus, by the hook that is called after every attempt.
//!
//! The registry here is the smallest that can be scraped. With a crate for metrics the hook is the same: it adds to the
//! crate's counter and histogram in place of [`Metrics::record`].
//!
//! ```sh
//! HCLOUD_TOKEN=.. cargo run -p cloud-hetzner --example prometheus
//! ```
//!
//! The token needs to read only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hetzner::Client;

/// The upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 6] = [0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Requests by method, path and outcome. The path is the template of the operation: with ids in it, every server would be
/// a series of its own.
#[derive(Clone, Default)]
pub(crate) struct Metrics(Arc<Mutex<BTreeMap<[String; 3], Series>>>);

#[derive(Default)]
struct Series {
    count: u64,
    seconds: f64,
    /// How many took no longer than the bucket's end.
    buckets: [u64; BUCKETS.len()],
}

impl Metrics {
    fn record(&self, labels: [String; 3], elapsed: Duration) {
        let mut series = self.0.lock().expect("no thread panics in here");
        let series = series.entry(labels).or_default();
        series.count += 1;
        series.seconds += elapsed.as_secs_f64();
        for (count, end) in series.buckets.iter_mut().zip(BUCKETS) {
            *count += u64::from(elapsed.as_secs_f64() <= end);
        }
    }

    /// What an endpoint `/metrics` answers, in the text format.
    pub(crate) fn render(&self) -> String {
        const TOTAL: &str = "hetzner_requests_total";
        const TIME: &str = "hetzner_request_duration_seconds";
        let series = self.0.lock().expect("no thread panics in here");
        let (mut totals, mut times) = (String::new(), String::new());
        for ([method, path, outcome], series) in &*series {
            let labels = format!("method=\"{method}\",path=\"{path}\",outcome=\"{outcome}\"");
            // Writing into a string cannot fail.
            let _ = writeln!(totals, "{TOTAL}{{{labels}}} {}", series.count);
            for (count, end) in series.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(times, "{TIME}_bucket{{{labels},le=\"{end}\"}} {count}");
            }
            let count = series.count;
            let _ = writeln!(times, "{TIME}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(times, "{TIME}_sum{{{labels}}} {}", series.seconds);
            let _ = writeln!(times, "{TIME}_count{{{labels}}} {count}");
        }
        format!("# TYPE {TOTAL} counter\n{totals}# TYPE {TIME} histogram\n{times}")
    }
}

/// Adds every attempt of the client's calls to these metrics.
pub(crate) fn observed(
    builder: hetzner::ClientBuilder,
    metrics: &Metrics,
) -> hetzner::ClientBuilder {
    let metrics = metrics.clone();
    builder.on_attempt(move |report| {
        // A status where there was an answer, else the kind of failure.
        let outcome = match (report.status, report.error) {
            (Some(status), _) => status.as_u16().to_string(),
            (None, Some(error)) => format!("{error:?}"),
            (None, None) => "ok".to_owned(),
        };
        let labels = [
            report.method.to_string(),
            report.template.to_owned(),
            outcome,
        ];
        metrics.record(labels, report.elapsed);
    })
}

#[tokio::main]
async fn main() -> hetzner::Result<()> {
    let metrics = Metrics::default();
    let api = observed(Client::builder().from_env()?, &metrics).build()?;
    for server in api.servers().list().all().await? {
        println!("{} {}", server.id, server.name);
    }
    print!("{}", metrics.render());
    Ok(())
}
