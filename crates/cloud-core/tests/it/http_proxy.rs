//! `HttpTransport` through a real proxy.
#![cfg(any(feature = "rustls", feature = "rustls-no-provider"))]

use std::net::SocketAddr;
use std::sync::Arc;

use crate::http_support::*;
use cloud_core::config::{Environment, ProxyVariables};
use cloud_core::transport::{
    CertificatePin, HttpTransport, HttpTransportBuilder, ProxyConfig, TransportErrorKind,
};
use http::{HeaderName, HeaderValue};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One tunnel to this server, whatever is asked for.
fn tunnel_once(listener: TcpListener, server: SocketAddr) -> JoinHandle<Seen> {
    tokio::spawn(async move {
        let mut client = accept(&listener).await;
        let seen = read_request(&mut client).await;
        let mut server = TcpStream::connect(server)
            .await
            .expect("the server is there");
        write(&mut client, "HTTP/1.1 200 Connection established\r\n\r\n").await;
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        seen
    })
}

/// A TLS server with a certificate of its own making, for one request.
async fn tls_server() -> (SocketAddr, String, JoinHandle<Seen>) {
    let names = ["127.0.0.1".to_owned(), "api.invalid".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![made.cert.der().clone()], key)
    .unwrap();
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let mut stream = acceptor
            .accept(accept(&listener).await)
            .await
            .expect("a handshake");
        let seen = read_request(&mut stream).await;
        write(&mut stream, OK).await;
        seen
    });
    (address, made.cert.pem(), server)
}

fn header(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}

fn proxy(url: &str) -> ProxyConfig {
    let (name, value) = header("x-proxy-key", "proxy-secret");
    ProxyConfig::new(url).unwrap().header(name, value)
}

fn plain_through(proxy: ProxyConfig) -> HttpTransport {
    provider();
    HttpTransport::builder()
        .plain_http_only(true)
        .proxy(proxy)
        .build()
        .unwrap()
}

#[tokio::test]
async fn tunnel_gets_the_headers_and_the_server_does_not() {
    provider();
    let (server_address, root, server) = tls_server().await;
    let (listener, proxy_address) = listen().await;
    let tunnel = tunnel_once(listener, server_address);
    let transport = HttpTransport::builder()
        .root_certificate_pem(root)
        .only_these_roots(true)
        .proxy(proxy(&format!("http://us%40er:pa%3Ass@{proxy_address}")))
        .build()
        .unwrap();
    assert_eq!(
        text(
            get(&transport, &format!("https://{server_address}/x"))
                .await
                .unwrap()
        )
        .await,
        "hi"
    );
    drop(transport);

    let seen = server.await.unwrap();
    assert_eq!(seen.request_line(), "GET /x HTTP/1.1");
    assert_eq!(seen.header("x-proxy-key"), Vec::<&str>::new());
    assert_eq!(seen.header("proxy-authorization"), Vec::<&str>::new());
    let seen = tunnel.await.unwrap();
    assert_eq!(
        seen.request_line(),
        format!("CONNECT {server_address} HTTP/1.1")
    );
    assert_eq!(seen.header("x-proxy-key"), ["proxy-secret"]);
    // us@er:pa:ss
    assert_eq!(
        seen.header("proxy-authorization"),
        ["Basic dXNAZXI6cGE6c3M="]
    );
}

#[tokio::test]
async fn plain_requests_carry_the_headers_and_the_whole_url() {
    let (listener, address) = listen().await;
    let server = serve_once(listener, OK);
    let transport = plain_through(proxy(&format!("http://user:pass@{address}")));
    assert_eq!(
        text(
            get(&transport, "http://nowhere.invalid:81/a?b=c")
                .await
                .unwrap()
        )
        .await,
        "hi"
    );
    let seen = server.await.unwrap();
    assert_eq!(
        seen.request_line(),
        "GET http://nowhere.invalid:81/a?b=c HTTP/1.1"
    );
    assert_eq!(seen.header("x-proxy-key"), ["proxy-secret"]);
    assert_eq!(seen.header("proxy-authorization"), ["Basic dXNlcjpwYXNz"]);
    assert_eq!(seen.header("host"), ["nowhere.invalid:81"]);
}

#[tokio::test]
async fn proxy_may_speak_tls_itself() {
    provider();
    let (address, root, server) = tls_server().await;
    let transport = HttpTransport::builder()
        .plain_http_only(true)
        .root_certificate_pem(root)
        .only_these_roots(true)
        .proxy(proxy(&format!("https://{address}")))
        .build()
        .unwrap();
    assert_eq!(
        text(get(&transport, "http://nowhere.invalid/a").await.unwrap()).await,
        "hi"
    );
    let seen = server.await.unwrap();
    assert_eq!(seen.request_line(), "GET http://nowhere.invalid/a HTTP/1.1");
    assert_eq!(seen.header("x-proxy-key"), ["proxy-secret"]);
}

#[tokio::test]
async fn certificate_of_the_proxy_is_checked() {
    provider();
    let (address, _, _) = tls_server().await;
    let (_, other_root, _) = tls_server().await;
    let transport = HttpTransport::builder()
        .root_certificate_pem(other_root)
        .only_these_roots(true)
        .proxy(proxy(&format!("https://{address}")))
        .build()
        .unwrap();
    let error = get(&transport, "http://nowhere.invalid/a")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Refused);
    assert!(
        error
            .message()
            .ends_with(&format!("(it may be that of the proxy https://{address})")),
        "{error}"
    );
}

#[tokio::test]
async fn authorization_for_the_proxy_can_be_a_header() {
    let (listener, address) = listen().await;
    let server = serve_once(listener, OK);
    let (name, value) = header("proxy-authorization", "Bearer t");
    let transport =
        plain_through(proxy(&format!("http://user:pass@{address}")).header(name, value));
    get(&transport, "http://nowhere.invalid/").await.unwrap();
    assert_eq!(
        server.await.unwrap().header("proxy-authorization"),
        ["Bearer t"]
    );
}

#[tokio::test]
async fn listed_hosts_go_around_the_proxy() {
    let (listener, address) = listen().await;
    let server = serve_once(listener, OK);
    let transport =
        plain_through(proxy("http://127.0.0.1:1").no_proxy(["example.com", "127.0.0.0/8"]));
    get(&transport, &format!("http://{address}/a"))
        .await
        .unwrap();
    let seen = server.await.unwrap();
    assert_eq!(seen.request_line(), "GET /a HTTP/1.1");
    assert_eq!(seen.header("x-proxy-key"), Vec::<&str>::new());
}

async fn tunnel_refusal(answer: &'static str) -> (String, SocketAddr) {
    provider();
    let (listener, address) = listen().await;
    serve_once(listener, answer);
    let transport = HttpTransport::builder()
        .danger_accept_invalid_certificates(true)
        .proxy(proxy(&format!("http://user:proxy-secret@{address}")))
        .build()
        .unwrap();
    let error = get(&transport, "https://api.invalid/").await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::NotSent);
    let debug = format!("{error:?} {:?}", std::error::Error::source(&error));
    assert!(!debug.contains("proxy-secret"), "{debug}");
    (error.message().to_owned(), address)
}

#[tokio::test]
async fn refused_tunnel_is_not_sent() {
    let (message, proxy) =
        tunnel_refusal("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    let expected = format!("the proxy {proxy} asks for credentials, or for others (status 407)");
    assert_eq!(
        message,
        format!("cannot connect to api.invalid:443: {expected}")
    );
    let (message, proxy) = tunnel_refusal("HTTP/1.1 502 Bad Gateway\r\n\r\n").await;
    assert_eq!(
        message,
        format!("cannot connect to api.invalid:443: the proxy {proxy} refused to open a tunnel")
    );
    let (message, proxy) = tunnel_refusal("").await;
    let expected = format!("the proxy {proxy} closed the connection instead of opening a tunnel");
    assert_eq!(
        message,
        format!("cannot connect to api.invalid:443: {expected}")
    );
}

#[tokio::test]
async fn absent_proxy_is_named() {
    provider();
    let (listener, address) = listen().await;
    drop(listener);
    let transport = HttpTransport::builder()
        .danger_accept_invalid_certificates(true)
        .proxy(proxy(&format!("http://{address}")))
        .build()
        .unwrap();
    let error = get(&transport, "https://api.invalid/").await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::NotSent);
    assert!(
        error.message().starts_with(&format!(
            "cannot connect to the proxy {address}: connection refused"
        )),
        "{error}"
    );
    let error = get(&transport, "http://api.invalid/").await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::NotSent);
    assert!(
        error
            .message()
            .ends_with(&format!("(a proxy is set: {address})")),
        "{error}"
    );
}

fn variables(variables: &[(&str, &str)]) -> ProxyVariables {
    ProxyVariables::read(&Environment::given(variables.iter().copied(), None))
}

/// A transport without TLS that follows these variables.
fn following(named: &[(&str, &str)]) -> HttpTransport {
    provider();
    HttpTransport::builder()
        .plain_http_only(true)
        .proxy_variables(variables(named))
        .build()
        .unwrap()
}

#[tokio::test]
async fn variables_name_the_proxy_of_plain_requests() {
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        let (listener, address) = listen().await;
        let server = serve_once(listener, OK);
        let transport = following(&[
            (name, &format!("us%40er:pa%3Ass@{address}")),
            ("HTTPS_PROXY", "http://127.0.0.1:1"),
            ("NO_PROXY", "other.invalid"),
        ]);
        let answer = get(&transport, "http://api.invalid:81/a?b=c").await;
        assert_eq!(text(answer.unwrap()).await, "hi");
        let seen = server.await.unwrap();
        assert_eq!(
            seen.request_line(),
            "GET http://api.invalid:81/a?b=c HTTP/1.1"
        );
        // us@er:pa:ss
        assert_eq!(
            seen.header("proxy-authorization"),
            ["Basic dXNAZXI6cGE6c3M="]
        );
    }
}

#[tokio::test]
async fn variables_name_the_proxy_of_tunnels() {
    provider();
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        let (server_address, root, server) = tls_server().await;
        let (listener, proxy_address) = listen().await;
        let tunnel = tunnel_once(listener, server_address);
        let transport = HttpTransport::builder()
            .root_certificate_pem(root)
            .only_these_roots(true)
            .proxy_variables(variables(&[
                (name, &format!("http://user:pass@{proxy_address}/")),
                ("HTTP_PROXY", "http://127.0.0.1:1"),
            ]))
            .build()
            .unwrap();
        let answer = get(&transport, "https://api.invalid/x").await.unwrap();
        assert_eq!(text(answer).await, "hi");
        drop(transport);
        let seen = server.await.unwrap();
        assert_eq!(seen.request_line(), "GET /x HTTP/1.1");
        assert_eq!(seen.header("proxy-authorization"), Vec::<&str>::new());
        let seen = tunnel.await.unwrap();
        assert_eq!(seen.request_line(), "CONNECT api.invalid:443 HTTP/1.1");
        assert_eq!(seen.header("proxy-authorization"), ["Basic dXNlcjpwYXNz"]);
    }
}

#[tokio::test]
async fn this_machine_is_reached_without_the_proxy_of_a_variable() {
    let (listener, address) = listen().await;
    let server = serve_once(listener, OK);
    let transport = following(&[("ALL_PROXY", "http://user:pass@127.0.0.1:1")]);
    let answer = get(&transport, &format!("http://{address}/a")).await;
    assert_eq!(text(answer.unwrap()).await, "hi");
    let seen = server.await.unwrap();
    assert_eq!(seen.request_line(), "GET /a HTTP/1.1");
    assert_eq!(seen.header("proxy-authorization"), Vec::<&str>::new());

    // A program that names a proxy gets it for every address.
    let (listener, address) = listen().await;
    let server = serve_once(listener, OK);
    let transport = plain_through(proxy(&format!("http://{address}")));
    get(&transport, "http://127.0.0.1:1/a").await.unwrap();
    assert_eq!(
        server.await.unwrap().request_line(),
        "GET http://127.0.0.1:1/a HTTP/1.1"
    );
}

/// What an address is reached through; nothing answers anywhere.
async fn way(builder: HttpTransportBuilder, url: &str) -> String {
    provider();
    let transport = builder.plain_http_only(true).build().unwrap();
    let error = get(&transport, url).await.unwrap_err();
    assert!(!format!("{error:?} {transport:?}").contains("hunter2"));
    let message = error.message();
    match message.rsplit_once("(a proxy is set: ") {
        Some((_, proxy)) => proxy.strip_suffix(')').unwrap().to_owned(),
        None if message.starts_with("cannot connect to") => "direct".to_owned(),
        None => format!("{:?}: {message}", error.kind()),
    }
}

#[tokio::test]
async fn what_the_program_says_of_proxies_goes_before_the_variables() {
    let named = variables(&[
        ("http_proxy", "http://u:hunter2@127.0.0.1:1"),
        ("NO_PROXY", "none.invalid, 10.0.0.0/8"),
    ]);
    let (url, around) = ("http://api.invalid/", "http://a.none.invalid/");
    let builder = || HttpTransport::builder().proxy_variables(named.clone());
    assert_eq!(way(builder(), url).await, "127.0.0.1:1 (http_proxy)");
    assert_eq!(way(builder(), around).await, "direct");
    assert_eq!(way(builder().system_proxy(false), url).await, "direct");
    let off = HttpTransport::builder().system_proxy(false);
    assert_eq!(way(off.proxy_variables(named.clone()), url).await, "direct");
    let given = || ProxyConfig::new("http://u:hunter2@127.0.0.1:2").unwrap();
    assert_eq!(way(builder().proxy(given()), url).await, "127.0.0.1:2");
    assert_eq!(way(builder().proxy(given()), around).await, "127.0.0.1:2");
    let around = given().no_proxy(["api.invalid"]);
    assert_eq!(way(builder().proxy(around), url).await, "direct");
}

#[tokio::test]
async fn a_variable_that_names_no_proxy_is_told_when_it_would_count() {
    for (value, problem) in [
        (
            "socks5://u:hunter2@127.0.0.1:1",
            "the proxy's URL must begin with http:// or https://",
        ),
        (
            "http://u:hunter2@127.0.0.1:1/x",
            "the proxy's URL must end after the host and port",
        ),
        (
            "http://u:hunter2@:1",
            "the proxy's URL is not valid: empty host",
        ),
    ] {
        let named = variables(&[("ALL_PROXY", value), ("NO_PROXY", "none.invalid")]);
        let builder = || HttpTransport::builder().proxy_variables(named.clone());
        assert_eq!(
            way(builder(), "http://api.invalid/").await,
            format!("Refused: ALL_PROXY (environment): {problem}")
        );
        assert_eq!(way(builder(), "http://none.invalid/").await, "direct");
        assert_eq!(way(builder(), "http://127.0.0.1:1/").await, "direct");
    }
}

#[tokio::test]
async fn errors_name_the_variable_and_no_password() {
    provider();
    let (listener, address) = listen().await;
    serve_once(
        listener,
        "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
    );
    let value = format!("http://user:hunter2@{address}");
    let transport = HttpTransport::builder()
        .danger_accept_invalid_certificates(true)
        .proxy_variables(variables(&[("HTTPS_PROXY", &value)]))
        .build()
        .unwrap();
    let error = get(&transport, "https://api.invalid/").await.unwrap_err();
    assert_eq!(
        error.message(),
        format!(
            "cannot connect to api.invalid:443: the proxy {address} (HTTPS_PROXY) asks for credentials, or for others \
             (status 407)"
        )
    );
    let error = get(&transport, "https://api.invalid/").await.unwrap_err();
    let (message, source) = (error.message(), std::error::Error::source(&error));
    let expected =
        format!("cannot connect to the proxy {address} (HTTPS_PROXY): connection refused");
    assert!(message.starts_with(&expected), "{message}");
    assert!(!format!("{error:?} {source:?} {transport:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_proxy_of_a_variable_may_speak_tls_itself() {
    provider();
    let (address, root, server) = tls_server().await;
    let builder = HttpTransport::builder()
        .plain_http_only(true)
        .root_certificate_pem(root)
        .only_these_roots(true)
        .proxy_variables(variables(&[("HTTP_PROXY", &format!("https://{address}"))]));
    let transport = builder.clone().build().unwrap();
    let answer = get(&transport, "http://api.invalid/a").await.unwrap();
    assert_eq!(text(answer).await, "hi");
    assert_eq!(
        server.await.unwrap().request_line(),
        "GET http://api.invalid/a HTTP/1.1"
    );
    let pinned = builder.pin(CertificatePin::from_sha256([0; 32]));
    let error = get(&pinned.build().unwrap(), "http://api.invalid/a").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Refused);
    assert!(
        error
            .message()
            .starts_with("HTTP_PROXY (environment): certificate pins cannot be combined"),
        "{error}"
    );
}

/// The one that is about the environment of the process.
#[tokio::test]
async fn environment_is_followed_only_when_asked() {
    if is_again() {
        let error = get(&plain(), "http://api.invalid/").await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::NotSent);
        let builder = HttpTransport::builder().plain_http_only(true);
        let transport = builder.system_proxy(true).build().unwrap();
        let answer = get(&transport, "http://api.invalid/").await;
        assert_eq!(text(answer.unwrap()).await, "hi");
        return;
    }
    let (listener, address) = listen().await;
    let server = serve_once(listener, OK);
    let url = format!("http://{address}");
    tokio::task::spawn_blocking(move || {
        again(
            "http_proxy::environment_is_followed_only_when_asked",
            &[("HTTP_PROXY", &url)],
        );
    })
    .await
    .unwrap();
    assert_eq!(
        server.await.unwrap().request_line(),
        "GET http://api.invalid/ HTTP/1.1"
    );
}

#[test]
fn wrong_settings_are_named_without_the_password() {
    for url in [
        "socks5://u:hunter2@p:1",
        "u:hunter2@p:1",
        "http://u:hunter2@p:1/path",
        "http://u:hunter2@:99",
        "p:3128",
    ] {
        let error = ProxyConfig::new(url).unwrap_err();
        assert_eq!(error.setting(), "proxy", "{url}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    provider();
    let (name, value) = header("authorization", "hunter2");
    let proxy = ProxyConfig::new("http://u:hunter2@proxy.invalid")
        .unwrap()
        .header(name, value);
    let shown = format!("{proxy:?}");
    assert!(
        shown.contains("proxy.invalid:80") && !shown.contains("hunter2"),
        "{shown}"
    );
    let error = HttpTransport::builder()
        .plain_http_only(true)
        .proxy(proxy)
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "proxy: the header authorization belongs to the request and cannot be set for a proxy"
    );

    let proxy = ProxyConfig::new("https://u:hunter2@proxy.invalid").unwrap();
    let builder = HttpTransport::builder().proxy(proxy);
    let shown = format!(
        "{builder:?} {:?}",
        builder.clone().plain_http_only(true).build().unwrap()
    );
    assert!(!shown.contains("hunter2"), "{shown}");
    let error = builder
        .pin(CertificatePin::from_sha256([0; 32]))
        .build()
        .unwrap_err();
    assert_eq!(error.setting(), "proxy");
}
