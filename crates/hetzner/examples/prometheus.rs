//! Counts requests and their times for Prometheus, by the hook that is called after every attempt.
//!
//! The registry here is the smallest that can be scraped. With a crate for metrics the hook is the same: it adds to the
//! crate's counter and histogram in place of [`Metrics::record`].
//!
//! ```sh
//! HCLOUD_TOKEN=.. cargo run -p cloud-hetzner --example prometheus
//! ```

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
struct Metrics(Arc<Mutex<BTreeMap<[String; 3], Series>>>);

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
    fn render(&self) -> String {
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
fn observed(builder: hetzner::ClientBuilder, metrics: &Metrics) -> hetzner::ClientBuilder {
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

#[cfg(test)]
mod tests {
    use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
    use hetzner::StandardRetry;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn every_attempt_is_counted_with_its_time() {
        let wire = ScriptedTransport::new([
            Scripted::json(200, r#"{"server":{"id":1}}"#).after(Duration::from_millis(200)),
            Scripted::json(503, "{}").after(Duration::from_secs(2)),
            Scripted::json(200, r#"{"server":{"id":2}}"#).after(Duration::from_millis(100)),
            Scripted::Failure(cloud_core::error::TransportErrorKind::NotSent),
        ]);
        let metrics = Metrics::default();
        let builder = Client::builder().token("t").transport(Arc::new(wire));
        let builder = builder.clock(PausedClock::new());
        let api = observed(builder, &metrics).build().unwrap();
        api.servers().get(1).await.unwrap();
        api.servers().get(2).await.unwrap();
        let once = StandardRetry::never();
        let call = api.locations().list().options(|o| o.retry(once)).page();
        call.await.unwrap_err();
        let text = metrics.render();
        let expected = r#"# TYPE hetzner_requests_total counter
hetzner_requests_total{method="GET",path="/locations",outcome="NotSent"} 1
hetzner_requests_total{method="GET",path="/servers/{id}",outcome="200"} 2
hetzner_requests_total{method="GET",path="/servers/{id}",outcome="503"} 1
# TYPE hetzner_request_duration_seconds histogram
"#;
        assert!(text.starts_with(expected), "{text}");
        let of = r#"method="GET",path="/servers/{id}",outcome"#;
        for line in [
            format!(r#"hetzner_request_duration_seconds_bucket{{{of}="200",le="0.1"}} 1"#),
            format!(r#"hetzner_request_duration_seconds_bucket{{{of}="200",le="0.25"}} 2"#),
            format!(r#"hetzner_request_duration_seconds_bucket{{{of}="503",le="1"}} 0"#),
            format!(r#"hetzner_request_duration_seconds_bucket{{{of}="503",le="+Inf"}} 1"#),
            format!(r#"hetzner_request_duration_seconds_count{{{of}="200"}} 2"#),
            format!(r#"hetzner_request_duration_seconds_sum{{{of}="503"}} 2"#),
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
    }
}
