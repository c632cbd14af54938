//! The crate hrobot against the sandbox.
//!
//! Its address is a constant in every function, so this program has to be run where that name leads to this machine and
//! port 443 is free: in a namespace whose `/etc/hosts` is another one. The sandbox is in the same process, behind TLS.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use cloud_core::body::Body;
use cloud_core::transport::Transport;
use cloud_sandbox::Sandbox;
use cloud_sandbox::hetzner_robot::{PASSWORD, Quirk, Settings, USER};
use hrobot::AsyncRobot;
use hrobot::api::boot::{Keyboard, LinuxConfig, RescueConfig, VncConfig};
use hrobot::api::firewall::{Filter, FirewallConfig, Ipv4Filter, Rule, Rules, State};
use hrobot::api::keys::SshKey;
use hrobot::api::ordering::{
    AddonId, AddonOrder, AuthorizationMethod, ImSeriousAboutSpendingMoney, MarketProductId,
    MarketProductOrder, ProductId, ProductOrder, TransactionStatus,
};
use hrobot::api::reset::Reset;
use hrobot::api::server::{Cancel, Cancellation, ServerId, Status};
use hrobot::api::vswitch::{ConnectionStatus, VlanId};
use hrobot::error::{ApiError, Error};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

const NAME: &str = "robot-ws.your-server.de";
const WEB: ServerId = ServerId(321_001);
const DB: ServerId = ServerId(321_002);
const COLO: ServerId = ServerId(321_004);
const WIN: ServerId = ServerId(321_005);

/// Passes a request on to the sandbox.
async fn pass(
    transport: Arc<dyn Transport>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    parts.uri = format!("https://{NAME}{}", parts.uri).parse().unwrap();
    let request = Request::from_parts(parts, Body::from(body));
    let (parts, mut body) = transport.send(request).await.unwrap().into_parts();
    let mut whole = Vec::new();
    while let Some(chunk) = body.chunk().await {
        whole.extend_from_slice(&chunk.unwrap());
    }
    Ok(Response::from_parts(parts, Full::from(whole)))
}

/// Serves the sandbox at the address of the real service, and gives a client that trusts it.
async fn robot(sandbox: &Sandbox) -> AsyncRobot {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let certificate = made.cert.der().clone();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:443")
        .await
        .expect("port 443 is for root of a namespace");
    let transport = sandbox.hetzner_robot();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, transport) = (acceptor.clone(), transport.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service =
                    hyper::service::service_fn(|request| pass(transport.clone(), request));
                let connection = hyper::server::conn::http1::Builder::new();
                let _ = connection
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });

    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let trusting = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(trusting)
        .https_only()
        .enable_http1()
        .build();
    AsyncRobot::new(
        Client::builder(TokioExecutor::new()).build(connector),
        USER,
        PASSWORD,
    )
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // It cannot read the times of keys as the documentation has them.
    let settings = Settings::new().quirk(Quirk::KeyTimeWithZone);
    let sandbox = Sandbox::builder().hetzner_robot(settings).build();
    sandbox.clock().freeze();
    let robot = robot(&sandbox).await;
    let advance = |seconds| sandbox.clock().advance(Duration::from_secs(seconds));

    servers(&robot).await;
    machines(&robot).await;
    addresses(&robot, advance).await;
    firewalls(&robot, advance).await;
    vswitches(&robot, advance).await;
    orders(&robot, advance).await;
    println!("{} requests of hrobot", sandbox.journal().entries().len());
}

async fn servers(robot: &AsyncRobot) {
    let servers = robot.list_servers().await.unwrap();
    assert_eq!(servers.len(), 5);
    assert!(servers.iter().all(|server| server.status == Status::Ready));
    assert_eq!(servers[2].ipv4, None);
    assert_eq!(
        robot.rename_server(WEB, "by hrobot").await.unwrap().name,
        "by hrobot"
    );
    let server = robot.get_server(WEB).await.unwrap();
    assert!(
        server
            .availability
            .is_some_and(|flags| flags.wol && flags.rescue && !flags.windows)
    );
    assert_eq!((server.ips.len(), server.subnets.len()), (2, 4));
    let Err(Error::Api(ApiError::ServerNotFound { .. })) = robot.get_server(ServerId(1)).await
    else {
        panic!("there is no such server");
    };

    let Cancellation::Cancellable(terms) = robot.get_server_cancellation(DB).await.unwrap() else {
        panic!("it is not cancelled yet");
    };
    assert!(!terms.reservation_possible && terms.cancellation_reasons.len() > 1);
    let cancel = Cancel {
        date: None,
        reason: Some("a test".to_owned()),
        reserved: false,
    };
    let cancelled = robot.cancel_server(DB, cancel).await.unwrap();
    assert_eq!(cancelled.reason.as_deref(), Some("a test"));
    robot.withdraw_server_cancellation(DB).await.unwrap();
}

async fn machines(robot: &AsyncRobot) {
    let keys = robot.list_ssh_keys().await.unwrap();
    let data = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
    let key: SshKey = robot.create_ssh_key("mine", data).await.unwrap();
    assert_eq!((key.data.as_str(), key.bits), (data, 256));
    robot
        .rename_ssh_key(&key.fingerprint, "ours")
        .await
        .unwrap();
    assert_eq!(
        robot.get_ssh_key(&key.fingerprint).await.unwrap().name,
        "ours"
    );

    let config = RescueConfig {
        operating_system: "linux".into(),
        authorized_keys: vec![key.fingerprint.clone()],
        keyboard: Keyboard::German,
    };
    let active = robot.enable_rescue_config(WEB, config).await.unwrap();
    assert_eq!((active.authorized_keys.len(), active.password), (1, None));
    assert!(robot.get_boot_config(WEB).await.unwrap().active().is_some());
    robot.disable_rescue_config(WEB).await.unwrap();
    let linux = LinuxConfig {
        distribution: "Debian 13 base".into(),
        language: "en".to_owned(),
        authorized_keys: Vec::new(),
    };
    let active = robot.enable_linux_config(WEB, linux).await.unwrap();
    assert!(active.password.is_some());
    let resets = robot.get_reset_options(WEB).await.unwrap();
    assert_eq!(resets.len(), 5);
    robot.trigger_reset(WEB, Reset::Hardware).await.unwrap();
    robot.get_linux_config(WEB).await.unwrap();
    let vnc = VncConfig {
        distribution: "Fedora 42".into(),
        language: "en_US".to_owned(),
    };
    robot.enable_vnc_config(WEB, vnc).await.unwrap();
    robot.disable_vnc_config(WEB).await.unwrap();
    assert_eq!(robot.list_reset_options().await.unwrap().len(), 4);
    assert!(robot.get_reset_options(COLO).await.is_err());

    assert!(robot.is_wake_on_lan_available(WEB).await.unwrap());
    assert!(!robot.is_wake_on_lan_available(DB).await.unwrap_or(false));
    robot.trigger_wake_on_lan(WEB).await.unwrap();
    robot.remove_ssh_key(&key.fingerprint).await.unwrap();
    assert_eq!(robot.list_ssh_keys().await.unwrap().len(), keys.len());
    // A known flaw: it cannot read host keys but as texts, nor null where Windows has no distributions.
    assert!(robot.get_last_linux_config(WEB).await.is_err());
    assert!(robot.get_boot_config(WIN).await.is_err());
}

async fn addresses(robot: &AsyncRobot, advance: impl Fn(u64)) {
    let ip = "192.0.2.12".parse().unwrap();
    assert_eq!(robot.list_ips().await.unwrap()[&WEB].len(), 2);
    assert!(robot.get_ip(ip).await.unwrap().network.is_some());
    robot.disable_ip_traffic_warnings(ip).await.unwrap();
    let mac = robot.generate_ip_separate_mac(ip).await.unwrap();
    assert_eq!(robot.get_ip_separate_mac(ip).await.unwrap(), mac);
    robot.remove_ip_separate_mac(ip).await.unwrap();
    robot.get_ip_cancellation(ip).await.unwrap();

    let subnets = robot.list_subnets().await.unwrap();
    assert_eq!(subnets.values().map(Vec::len).sum::<usize>(), 10);
    let net = "198.51.100.16".parse().unwrap();
    robot.get_subnet(net).await.unwrap();
    // A known flaw: it reads the answer as a net with its mask in one text.
    let refused = robot.disable_subnet_traffic_warnings(net).await;
    refused.expect_err("it expects another answer");
    robot.get_subnet_separate_mac(net).await.unwrap();
    robot
        .generate_subnet_separate_mac(net)
        .await
        .expect_err("it sends no MAC");

    let name = "198.51.100.17".parse().unwrap();
    robot
        .create_rdns_entry(name, "a.example.com")
        .await
        .unwrap();
    robot
        .update_rdns_entry(name, "b.example.com")
        .await
        .unwrap();
    assert_eq!(robot.get_rdns_entry(name).await.unwrap(), "b.example.com");
    assert_eq!(robot.list_rdns_entries().await.unwrap().len(), 6);
    robot.delete_rdns_entry(name).await.unwrap();

    let failover = "203.0.113.10".parse().unwrap();
    robot
        .list_failover_ips()
        .await
        .expect_err("it expects a mask, not a netmask");
    robot
        .switch_failover_routing(failover, "192.0.2.51".parse().unwrap())
        .await
        .expect_err("so do all of them");
    advance(50);
}

async fn firewalls(robot: &AsyncRobot, advance: impl Fn(u64)) {
    let config = FirewallConfig {
        status: State::Active,
        filter_ipv6: false,
        whitelist_hetzner_services: true,
        rules: Rules {
            ingress: vec![
                Rule::accept("ssh").matching(Ipv4Filter::tcp(None).to_port(22)),
                Rule::accept("web").matching(Ipv4Filter::tcp(None).to_port(80).to_port(443)),
            ],
            egress: vec![Rule::accept("all")],
        },
    };
    let set = robot.set_firewall_config(DB, &config).await.unwrap();
    assert_eq!(set.status, State::InProcess);
    let Err(Error::Api(ApiError::FirewallInProcess { .. })) = robot.delete_firewall(DB).await
    else {
        panic!("it is in process");
    };
    advance(25);
    let read = robot.get_firewall(DB).await.unwrap();
    assert_eq!((read.status, read.rules.ingress.len()), (State::Active, 2));
    assert!(matches!(read.rules.ingress[1].filter, Filter::Ipv4(_)));
    let template = robot
        .create_firewall_template(read.config().to_template_config("mine"))
        .await
        .unwrap();
    assert_eq!(robot.list_firewall_templates().await.unwrap().len(), 1);
    robot.get_firewall_template(template.id).await.unwrap();
    robot
        .apply_firewall_template(DB, template.id)
        .await
        .unwrap();
    advance(25);
    robot.delete_firewall(DB).await.unwrap();
    advance(25);
    assert_eq!(
        robot.get_firewall(DB).await.unwrap().status,
        State::Disabled
    );
    robot.delete_firewall_template(template.id).await.unwrap();
}

async fn vswitches(robot: &AsyncRobot, advance: impl Fn(u64)) {
    let made = robot.create_vswitch("inner", VlanId(4000)).await.unwrap();
    robot
        .connect_vswitch_servers(made.id, &[WEB, DB])
        .await
        .unwrap();
    let vswitch = robot.get_vswitch(made.id).await.unwrap();
    assert_eq!(vswitch.servers[0].status, ConnectionStatus::InProcess);
    advance(30);
    let vswitch = robot.get_vswitch(made.id).await.unwrap();
    assert_eq!(vswitch.servers[1].status, ConnectionStatus::Ready);
    robot
        .disconnect_vswitch_servers(made.id, &[DB])
        .await
        .unwrap();
    advance(30);
    robot
        .update_vswitch(made.id, "outer", VlanId(4001))
        .await
        .unwrap();
    advance(30);
    robot.cancel_vswitch(made.id, None).await.unwrap();
    assert!(robot.list_vswitches().await.unwrap()[0].cancelled);
}

async fn orders(robot: &AsyncRobot, advance: impl Fn(u64)) {
    assert_eq!(robot.list_products(.., .., None).await.unwrap().len(), 4);
    robot.get_product(&ProductId::from("EX44")).await.unwrap();
    let mut order = ProductOrder {
        id: ProductId::from("EX44"),
        auth: AuthorizationMethod::Password("secret".to_owned()),
        location: "HEL1".into(),
        distribution: None,
        language: None,
        comment: None,
        addons: vec![AddonId::from("primary_ipv4")],
        i_want_to_spend_money_to_purchase_a_server: ImSeriousAboutSpendingMoney::NoThisIsJustATest,
    };
    robot.place_product_order(order.clone()).await.unwrap();
    order.i_want_to_spend_money_to_purchase_a_server =
        ImSeriousAboutSpendingMoney::LetMeSpendMyMoneyAlready;
    let placed = robot.place_product_order(order).await.unwrap();
    advance(300);
    let ready = robot.get_product_transaction(&placed.id).await.unwrap();
    assert!(matches!(ready.status, TransactionStatus::Ready));
    assert_eq!(ready.server_id, Some(ServerId(321_006)));
    assert_eq!(
        robot
            .list_recent_product_transactions()
            .await
            .unwrap()
            .len(),
        1
    );
    // A known flaw: it has another word for a server that is being prepared.
    robot
        .list_servers()
        .await
        .expect_err("one of them is in process");
    advance(60);
    assert_eq!(robot.list_servers().await.unwrap().len(), 6);

    assert_eq!(robot.list_market_products().await.unwrap().len(), 3);
    let order = MarketProductOrder {
        id: MarketProductId(282_323),
        auth: AuthorizationMethod::Password("secret".to_owned()),
        distribution: None,
        language: None,
        comment: None,
        addons: Vec::new(),
        i_want_to_spend_money_to_purchase_a_server:
            ImSeriousAboutSpendingMoney::LetMeSpendMyMoneyAlready,
    };
    let placed = robot.place_market_order(order).await.unwrap();
    robot.get_market_transaction(&placed.id).await.unwrap();
    assert_eq!(robot.list_available_addons(WEB).await.unwrap().len(), 5);
    let order = AddonOrder {
        id: AddonId::from("additional_ipv4"),
        server: WEB,
        reason: Some("a test".to_owned()),
        gateway: None,
        i_want_to_spend_money_to_purchase_an_addon:
            ImSeriousAboutSpendingMoney::LetMeSpendMyMoneyAlready,
    };
    let placed = robot.place_addon_order(order).await.unwrap();
    advance(300);
    let ready = robot.get_addon_transaction(&placed.id).await.unwrap();
    assert_eq!(
        (ready.resources.len(), ready.resources[0].r#type.as_str()),
        (1, "ip_ipv4")
    );
}
