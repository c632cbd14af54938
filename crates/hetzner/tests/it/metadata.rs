//! The metadata service: what is asked for, what the caller gets, and that nobody waits for long.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::transport::TransportErrorKind;
use cloud_sandbox::{Fault, Sandbox};
use hetzner::metadata::Metadata;
use hetzner::servers::PublicNetSetup;
use hetzner::{Client, ErrorKind, NetworkId};
use secrecy::ExposeSecret;

const NETWORK: NetworkId = NetworkId(cloud_sandbox::hetzner::DEFAULT_NETWORK);

fn scripted(wire: &ScriptedTransport) -> Metadata {
    Metadata::builder()
        .transport(Arc::new(wire.clone()))
        .clock(PausedClock::new())
        .build()
        .unwrap()
}

fn answer(text: &str) -> Scripted {
    Scripted::with_headers(200, &[("content-type", "text/plain")], text)
}

#[tokio::test(start_paused = true)]
async fn a_server_learns_about_itself() {
    let sandbox = Sandbox::new();
    let api = Client::builder()
        .token("t")
        .transport(sandbox.hetzner())
        .clock(PausedClock::new())
        .build()
        .unwrap();
    let secret = "#cloud-config\npassword: hunter2\n";
    let create = api
        .servers()
        .create("web-1", "cx23", "debian-13")
        .location("hel1")
        .networks([NETWORK])
        .user_data(secret);
    let server = create.await.unwrap().wait().await.unwrap();
    api.servers()
        .change_alias_ips(server.id, NETWORK, ["10.0.0.77"])
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();

    let metadata = Metadata::builder()
        .transport(sandbox.hetzner_metadata(server.id.0))
        .build()
        .unwrap();
    assert!(metadata.is_hcloud_server().await);
    assert_eq!(metadata.hostname().await.unwrap(), "web-1");
    assert_eq!(metadata.instance_id().await.unwrap(), server.id);
    assert_eq!(metadata.public_ipv4().await.unwrap(), server.ipv4());
    assert!(
        metadata
            .availability_zone()
            .await
            .unwrap()
            .starts_with("hel1-dc")
    );
    assert_eq!(metadata.region().await.unwrap(), "eu-central");
    let userdata = metadata.userdata().await.unwrap().unwrap();
    assert_eq!(userdata.expose_secret(), secret);
    assert!(!format!("{userdata:?}").contains("hunter2"));
    let networks = metadata.private_networks().await.unwrap();
    let private = server.private_net(NETWORK).unwrap();
    assert_eq!(
        (networks.len(), &networks[0].mac_address),
        (1, &private.mac_address)
    );
    assert_eq!(
        (networks[0].network_id, networks[0].interface_num),
        (NETWORK, 1)
    );
    assert_eq!(
        (networks[0].network.as_str(), networks[0].gateway.as_str()),
        ("10.0.0.0/16", "10.0.0.1")
    );
    assert_eq!(networks[0].alias_ips, ["10.0.0.77"]);
    assert!(
        sandbox
            .journal()
            .entries()
            .iter()
            .any(|entry| entry.path == "/hetzner/v1/metadata/region")
    );

    let bare = api
        .servers()
        .create("v6", "cx23", "debian-13")
        .public_net(PublicNetSetup::new().without_ipv4());
    let bare = bare.await.unwrap().into_answer().resource;
    let metadata = Metadata::builder()
        .transport(sandbox.hetzner_metadata(bare.id.0))
        .build()
        .unwrap();
    assert_eq!(metadata.public_ipv4().await.unwrap(), None);
    assert!(metadata.userdata().await.unwrap().is_none());
    assert!(metadata.private_networks().await.unwrap().is_empty());
    let nobody = Metadata::builder()
        .transport(sandbox.hetzner_metadata(7))
        .build()
        .unwrap();
    assert!(!nobody.is_hcloud_server().await);
    assert!(nobody.hostname().await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn requests_and_answers() {
    let wire = ScriptedTransport::new([
        answer("web-1\n"),
        answer("42\n"),
        answer(" 203.0.113.7 \n"),
        answer(
            "- ip: 10.0.0.2\n  alias_ips: []\n  interface_num: 1\n  network_id: 9007199254740991\n  network_name: 123\n",
        ),
        answer(" raw \n"),
    ]);
    let metadata = scripted(&wire);
    assert_eq!(metadata.hostname().await.unwrap(), "web-1");
    assert_eq!(metadata.instance_id().await.unwrap().0, 42);
    assert_eq!(
        metadata.public_ipv4().await.unwrap(),
        Some(Ipv4Addr::new(203, 0, 113, 7))
    );
    let networks = metadata.private_networks().await.unwrap();
    assert_eq!(
        (networks[0].network_id.0, networks[0].network_name.as_str()),
        ((1 << 53) - 1, "123")
    );
    assert_eq!(
        metadata.userdata().await.unwrap().unwrap().expose_secret(),
        " raw \n"
    );
    let paths = [
        "metadata/hostname",
        "metadata/instance-id",
        "metadata/public-ipv4",
        "metadata/private-networks",
        "userdata",
    ];
    for (seen, path) in wire.seen().iter().zip(paths) {
        assert_eq!(
            seen.request.uri().to_string(),
            format!("http://169.254.169.254/hetzner/v1/{path}")
        );
        assert_eq!(seen.request.method(), "GET");
        assert!(!seen.request.headers().contains_key("authorization"));
    }
    assert_eq!(wire.seen().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn answers_that_make_no_sense_are_errors() {
    let wire = ScriptedTransport::from_fn(|_| answer("<html>Log in</html>"));
    let metadata = scripted(&wire);
    assert_eq!(
        metadata.instance_id().await.unwrap_err().kind(),
        ErrorKind::Decode
    );
    assert_eq!(
        metadata.public_ipv4().await.unwrap_err().kind(),
        ErrorKind::Decode
    );
    assert_eq!(
        metadata.private_networks().await.unwrap_err().kind(),
        ErrorKind::Decode
    );
    assert!(
        !metadata.is_hcloud_server().await,
        "a page for people is no host name"
    );
    assert!(
        !scripted(&ScriptedTransport::new([answer(" \n")]))
            .is_hcloud_server()
            .await
    );
    let other = Metadata::builder().endpoint("ftp://x").build().unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Config);
}

#[tokio::test(start_paused = true)]
async fn elsewhere_the_answer_is_no_and_soon() {
    let begun = tokio::time::Instant::now();
    let hangs = ScriptedTransport::from_fn(|_| Scripted::Hang);
    assert!(!scripted(&hangs).is_hcloud_server().await);
    assert!(
        begun.elapsed() <= Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(hangs.seen().len(), 2, "one attempt and one more");
    let refused = ScriptedTransport::from_fn(|_| Scripted::Failure(TransportErrorKind::NotSent));
    assert!(!scripted(&refused).is_hcloud_server().await);
    assert_eq!(refused.seen().len(), 2);

    // What passes by itself is tried once more.
    let wire = ScriptedTransport::new([Scripted::json(503, ""), answer("web-1")]);
    assert!(scripted(&wire).is_hcloud_server().await);
    let sandbox = Sandbox::new();
    let metadata = Metadata::builder()
        .transport(sandbox.hetzner_metadata(1))
        .clock(PausedClock::new())
        .build()
        .unwrap();
    sandbox.faults().times(
        2,
        Fault::RateLimited {
            retry_after: Some(Duration::from_secs(1)),
        },
    );
    assert!(metadata.region().await.unwrap_err().is_rate_limited());
}
