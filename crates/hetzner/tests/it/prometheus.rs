//! The example that counts requests, with every attempt and its time as decided here.

#[allow(dead_code, reason = "it is a program, with a `main`")]
#[path = "../../examples/prometheus.rs"]
mod example;

use std::sync::Arc;
use std::time::Duration;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use example::{Metrics, observed};
use hetzner::{Client, StandardRetry};

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
