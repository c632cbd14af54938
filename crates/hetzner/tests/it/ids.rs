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

#[tokio::test(start_paused = true)]
async fn an_answer_stands_for_the_id_of_what_it_has_made() {
    let sandbox = cloud_sandbox::Sandbox::new();
    let api = Client::builder().token("t").transport(sandbox.hetzner());
    let api = api.build().unwrap();
    let server = api.servers().create("web-1", "cx23", "debian-13");
    let server = server.location("fsn1").await.unwrap();
    server.wait().await.unwrap();
    let volume = api.volumes().create("data", 10).location("fsn1").await;
    let volume = volume.unwrap();
    volume.wait().await.unwrap();
    let started = api.volumes().attach(&volume, &server).await.unwrap();
    assert!(api.actions().wait(&started).await.unwrap().is_success());
    let attached = api.servers().get(&server).await.unwrap();
    assert_eq!(attached.volumes, [volume.resource.id]);
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dHRlcmZseWJ1dHRlcmZseWJ1dHRlcmZseWJ1dHQx a";
    let key = api.ssh_keys().create("a", key).or_get().await.unwrap();
    api.ssh_keys().delete(&key).await.unwrap();
}
