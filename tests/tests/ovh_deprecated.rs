//! An operation of OVHcloud that goes away is told, once a client.

#[allow(dead_code, reason = "secrets on the way are looked at elsewhere")]
mod captured;

use std::sync::Arc;

use captured::Captured;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use ovh::Client;

#[tokio::test(start_paused = true)]
async fn a_deprecated_operation_is_told_once_with_what_replaces_it() {
    let log = Captured::log();
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "[]"));
    let client = || {
        let builder = Client::builder().transport(Arc::new(transport.clone()));
        builder
            .clock(PausedClock::new())
            .access_token("t")
            .build()
            .unwrap()
    };
    let told = || log.text().matches("is deprecated").count();
    let (api, path) = (
        client(),
        "/cloud/project/{p}/database/grafana/{c}/ipRestriction",
    );
    api.get("/me").await.unwrap();
    assert_eq!(told(), 0);
    for cluster in ["1", "2"] {
        api.get(path).arg("p").arg(cluster).await.unwrap();
    }
    assert_eq!(told(), 1);
    let text = "GET /cloud/project/{serviceName}/database/grafana/{clusterId}/ipRestriction is deprecated; \
                /cloud/project/{serviceName}/database/grafana replaces it";
    assert!(log.text().contains(text), "{}", log.text());
    client().get(path).arg("p").arg("1").await.unwrap();
    assert_eq!(told(), 2);
}
