//! Naming a resource by what is at hand.

use std::sync::Arc;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use hetzner::{Client, Server, ServerId, Volume};

#[tokio::test(start_paused = true)]
async fn a_resource_stands_for_its_id() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"action":{"id":1}}"#));
    let builder = Client::builder().token("t");
    let api = builder.transport(Arc::new(wire.clone())).build().unwrap();
    let server: Server = hetzner::decode::from_str(r#"{"id":9007199254740991}"#).unwrap();
    let volume: Volume = hetzner::decode::from_str(r#"{"id":7}"#).unwrap();
    api.servers().power_off(&server).await.unwrap();
    api.servers().power_off(server.id).await.unwrap();
    api.servers().power_off(5).await.unwrap();
    api.volumes().attach(&volume, &server).await.unwrap();
    assert_eq!(
        wire.lines(),
        [
            "POST /v1/servers/9007199254740991/actions/poweroff",
            "POST /v1/servers/9007199254740991/actions/poweroff",
            "POST /v1/servers/5/actions/poweroff",
            "POST /v1/volumes/7/actions/attach",
        ]
    );
    assert_eq!(
        &wire.seen()[3].request.body()[..],
        br#"{"server":9007199254740991}"#
    );
    assert_eq!(ServerId::from(&server), server.id);
}
