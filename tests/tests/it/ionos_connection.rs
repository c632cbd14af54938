//! What the IONOS clients promise of certificates and proxies, against a real TLS server and a real proxy.

use crate::http_support;

use std::net::SocketAddr;
use std::sync::Arc;

use cloud_core::config::Environment;
use cloud_core::retry::StandardRetry;
use http_support::{Seen, accept, again, is_again, listen, read_request, serve_once, write};
use ionos_dataplatform::config::Settings;
use ionos_dataplatform::{Client, ClientBuilder, ErrorKind};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const ANSWER: &str =
    "HTTP/1.1 200 OK\r\ncontent-length: 21\r\nconnection: close\r\n\r\n{\"items\": [\"23.11\"]}\n";

struct Leaf {
    config: ServerConfig,
    pin: String,
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for this name, that of an authority or of its own making.
fn leaf(name: &str, authority: Option<&Authority>, is_expired: bool) -> Leaf {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    if is_expired {
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = match authority {
        Some(authority) => params.signed_by(&key, authority),
        None => params.self_signed(&key),
    }
    .unwrap();
    let suite = aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256
        .tls13()
        .unwrap();
    let digest = suite.common.hash_provider.hash(certificate.der());
    let pin = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect::<Vec<_>>()
        .join(":");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    Leaf { config, pin }
}

/// Serves one connection, and gives the request or why there was none.
async fn serve(leaf: &Leaf) -> (SocketAddr, JoinHandle<Result<Seen, String>>) {
    let (listener, address) = listen().await;
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(leaf.config.clone()));
    let task = tokio::spawn(async move {
        match acceptor
            .accept(accept(&listener).await)
            .into_fallible()
            .await
        {
            Ok(mut stream) => {
                let seen = read_request(&mut stream).await;
                if seen.head.is_empty() {
                    return Err("closed without a byte".to_owned());
                }
                write(&mut stream, ANSWER).await;
                Ok(seen)
            }
            Err((error, mut stream)) => {
                // Closing over unread bytes would reset the connection, and the alert could be lost.
                while matches!(stream.read(&mut [0; 1024]).await, Ok(1..)) {}
                Err(error.to_string())
            }
        }
    });
    (address, task)
}

/// A client that knows what it knows from variables.
fn from(variables: &[(&str, &str)]) -> ClientBuilder {
    let all = [&[("IONOS_TOKEN", "t0ken")], variables].concat();
    let settings = Settings::load(&Environment::given(all, None)).unwrap();
    Client::builder()
        .settings(settings)
        .retry(StandardRetry::never())
}

async fn passes(leaf: &Leaf, builder: ClientBuilder) {
    let (address, server) = serve(leaf).await;
    let api = builder
        .endpoint(format!("https://{address}"))
        .build()
        .unwrap();
    assert_eq!(api.versions().await.unwrap().items, ["23.11"]);
    let seen = server.await.unwrap().unwrap();
    assert_eq!(seen.request_line(), "GET /dataplatform/versions HTTP/1.1");
    assert_eq!(seen.header("authorization"), ["Bearer t0ken"]);
}

/// The certificate is refused before a byte of the request is sent.
async fn refused(leaf: &Leaf, builder: ClientBuilder) -> String {
    let (address, server) = serve(leaf).await;
    let error = builder
        .endpoint(format!("https://{address}"))
        .build()
        .unwrap()
        .versions()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert!(server.await.unwrap().is_err());
    error.to_string()
}

fn pinned(pins: &str) -> ClientBuilder {
    from(&[("IONOS_PINNED_CERT", pins)])
}

#[tokio::test]
async fn the_right_pin_passes_in_every_form() {
    let leaf = leaf("other.example", None, false);
    let plain = leaf.pin.replace(':', "");
    for form in [
        leaf.pin.clone(),
        plain.to_lowercase(),
        leaf.pin.replace(':', " "),
        format!("sha256:{plain}"),
    ] {
        passes(&leaf, pinned(&form)).await;
    }
    passes(&leaf, from(&[]).pinned_cert(&plain)).await;
}

#[tokio::test]
async fn a_wrong_pin_is_refused() {
    let (leaf, other) = (
        leaf("127.0.0.1", None, false),
        self::leaf("127.0.0.1", None, false),
    );
    let error = refused(&leaf, pinned(&other.pin)).await;
    let digits = |leaf: &Leaf| leaf.pin.replace(':', "").to_lowercase();
    let text = format!(
        "it matches no pin: expected sha256 {}, got {}",
        digits(&other),
        digits(&leaf)
    );
    assert!(error.contains(&text), "{error}");
    // And so is every certificate that nobody vouches for, without pins.
    refused(
        &leaf,
        from(&[]).http(|http| {
            http.root_certificate_pem(authority().pem())
                .only_these_roots(true)
        }),
    )
    .await;
}

#[tokio::test]
async fn any_one_of_several_pins_is_enough() {
    let (old, new) = (
        leaf("x.example", None, false),
        leaf("x.example", None, false),
    );
    for divider in [",", "; ", "\n"] {
        let both = format!("{}{divider}{}", old.pin, new.pin);
        passes(&old, pinned(&both)).await;
        passes(&new, pinned(&both)).await;
    }
    passes(&new, from(&[]).pinned_cert(&old.pin).pinned_cert(&new.pin)).await;
    refused(
        &leaf("x.example", None, false),
        pinned(&format!("{},{}", old.pin, new.pin)),
    )
    .await;
}

#[tokio::test]
async fn an_expired_certificate_is_for_the_mode_to_judge() {
    let authority = authority();
    let trusting = |leaf: &Leaf| {
        pinned(&leaf.pin).http(|http| {
            http.root_certificate_pem(authority.pem())
                .only_these_roots(true)
        })
    };
    let (expired, good) = (
        leaf("127.0.0.1", Some(&authority), true),
        leaf("127.0.0.1", Some(&authority), false),
    );
    passes(&expired, trusting(&expired)).await;
    let error = refused(&expired, trusting(&expired).strict_pins(true)).await;
    assert!(error.contains("expired"), "{error}");
    passes(&good, trusting(&good).strict_pins(true)).await;
    let misnamed = leaf("other.example", Some(&authority), false);
    passes(&misnamed, trusting(&misnamed)).await;
    let error = refused(&misnamed, trusting(&misnamed).strict_pins(true)).await;
    assert!(error.contains("other.example"), "{error}");
    let stranger = leaf("127.0.0.1", None, false);
    refused(&stranger, trusting(&stranger).strict_pins(true)).await;
    refused(&good, trusting(&misnamed).strict_pins(true)).await;
}

#[test]
fn a_pin_that_is_none_is_an_error_of_the_setting() {
    for (pins, problem) in [
        (
            &"ab".repeat(20),
            "40 hexadecimal digits are a SHA-1 fingerprint",
        ),
        (&"ab".repeat(31), "this one has 62"),
        (
            &format!("{},xy", "ab".repeat(32)),
            "'x' is not a hexadecimal digit",
        ),
        (&" , ".to_owned(), "is empty"),
    ] {
        let error = pinned(pins).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            error
                .to_string()
                .contains("IONOS_PINNED_CERT (environment): ")
                && error.to_string().contains(problem),
            "{error}"
        );
    }
}

/// One tunnel to whatever is asked for.
fn tunnel_once(listener: TcpListener) -> JoinHandle<Seen> {
    tokio::spawn(async move {
        let mut client = accept(&listener).await;
        let seen = read_request(&mut client).await;
        let target = seen.request_line().split(' ').nth(1).unwrap().to_owned();
        let mut server = TcpStream::connect(target).await.unwrap();
        write(&mut client, "HTTP/1.1 200 Connection established\r\n\r\n").await;
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        seen
    })
}

const HEADERS: &str = "X-Proxy-Key: proxy:secret\n\n  X-Team :  \\x61nalytics\n";

#[tokio::test]
async fn the_proxy_gets_its_headers_with_connect_and_the_service_does_not() {
    let leaf = leaf("127.0.0.1", None, false);
    let (address, server) = serve(&leaf).await;
    let (listener, proxy) = listen().await;
    let tunnel = tunnel_once(listener);
    let url = format!("http://user:pass@{proxy}");
    let builder = from(&[
        ("IONOS_PINNED_CERT", &leaf.pin),
        ("IONOS_HTTP_PROXY", &url),
        ("IONOS_HTTP_PROXY_HEADERS", HEADERS),
        ("IONOS_API_URL", &address.to_string()),
    ]);
    let api = builder.build().unwrap();
    assert_eq!(api.versions().await.unwrap().items, ["23.11"]);
    drop(api);

    let seen = tunnel.await.unwrap();
    assert_eq!(seen.request_line(), format!("CONNECT {address} HTTP/1.1"));
    assert_eq!(
        (seen.header("x-proxy-key"), seen.header("x-team")),
        (vec!["proxy:secret"], vec!["analytics"])
    );
    assert_eq!(seen.header("proxy-authorization"), ["Basic dXNlcjpwYXNz"]);
    assert_eq!(seen.header("authorization"), Vec::<&str>::new());
    let seen = server.await.unwrap().unwrap();
    assert_eq!(seen.header("authorization"), ["Bearer t0ken"]);
    for name in ["x-proxy-key", "x-team", "proxy-authorization"] {
        assert_eq!(seen.header(name), Vec::<&str>::new());
    }
}

#[tokio::test]
async fn the_proxy_gets_its_headers_with_plain_requests() {
    let (listener, proxy) = listen().await;
    let server = serve_once(listener, ANSWER);
    let builder = from(&[])
        .proxy(format!("http://{proxy}"))
        .proxy_headers(HEADERS);
    let api = builder
        .endpoint("http://nowhere.invalid")
        .allow_http(true)
        .build()
        .unwrap();
    assert_eq!(api.versions().await.unwrap().items, ["23.11"]);
    let seen = server.await.unwrap();
    assert_eq!(
        seen.request_line(),
        "GET http://nowhere.invalid/dataplatform/versions HTTP/1.1"
    );
    assert_eq!(
        (seen.header("x-proxy-key"), seen.header("x-team")),
        (vec!["proxy:secret"], vec!["analytics"])
    );
    assert_eq!(seen.header("authorization"), ["Bearer t0ken"]);
}

#[test]
fn a_header_that_breaks_out_is_refused_when_the_client_is_built() {
    let proxy = ("IONOS_HTTP_PROXY", "http://proxy.example:3128");
    for (headers, problem) in [
        (
            "X-A: 1\nX-B: hunter2\\r\\nX-C: 3",
            "line 2: the value holds a line break",
        ),
        (
            "X-A: hunter2\rX-B: 2",
            "line 1: the value holds a line break",
        ),
        (
            "\n\nX-A: hunter2\\n",
            "line 3: the value holds a line break",
        ),
        ("X-A: 1\nhunter2", "line 2: has no colon"),
    ] {
        let error = from(&[proxy, ("IONOS_HTTP_PROXY_HEADERS", headers)])
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            error.to_string().contains(&format!(
                "IONOS_HTTP_PROXY_HEADERS (environment): {problem}"
            )),
            "{error}"
        );
        assert!(!error.to_string().contains("hunter2"));
    }
    let error = from(&[
        proxy,
        ("IONOS_HTTP_PROXY_HEADERS", "Authorization: hunter2"),
    ])
    .build()
    .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the header authorization belongs to the request"),
        "{error}"
    );
    let error = from(&[("IONOS_HTTP_PROXY_HEADERS", "X-A: 1")])
        .build()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("there is no proxy to send them to; set IONOS_HTTP_PROXY"),
        "{error}"
    );
    let error = from(&[("IONOS_HTTP_PROXY", "socks5://u:hunter2@proxy")])
        .build()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("IONOS_HTTP_PROXY (environment): ")
            && !error.to_string().contains("hunter2")
    );
}

#[tokio::test]
async fn the_usual_variables_name_a_proxy_too() {
    if is_again() {
        // Which has an address and a proxy for the client, but no token.
        assert!(Client::from_env().is_err());
        let api = Client::builder()
            .token("t")
            .allow_http(true)
            .from_env()
            .unwrap()
            .build()
            .unwrap();
        assert_eq!(api.versions().await.unwrap().items, ["23.11"]);
        return;
    }
    let (listener, proxy) = listen().await;
    let server = serve_once(listener, ANSWER);
    let url = format!("http://{proxy}");
    let run = move || {
        let variables = [
            ("HTTP_PROXY", url.as_str()),
            ("IONOS_TOKEN", ""),
            ("IONOS_API_URL", "http://api.invalid"),
        ];
        again(
            "ionos_connection::the_usual_variables_name_a_proxy_too",
            &variables,
        );
    };
    tokio::task::spawn_blocking(run).await.unwrap();
    assert_eq!(
        server.await.unwrap().request_line(),
        "GET http://api.invalid/dataplatform/versions HTTP/1.1"
    );
}

/// Each endpoint of the file has certificates of its own.
#[tokio::test]
async fn endpoints_of_the_file_are_trusted_one_by_one() {
    let authority = authority();
    let (trusted, unchecked) = (
        leaf("127.0.0.1", Some(&authority), false),
        leaf("other.example", None, true),
    );
    let settings = |address: SocketAddr, more: &str| {
        let pem = authority.pem().replace('\n', "\\n");
        let file = format!(
            "profiles: [{{name: p, environment: e, credentials: {{token: t0ken}}}}]\ncurrentProfile: p\nenvironments:\n  - name: e\n    \
             products:\n      - name: dataplatform\n        endpoints:\n          - {{name: '127.0.0.1:1'}}\n          - name: '{address}'\n            {}\n\
             failover: {{strategy: roundRobin}}\n",
            more.replace("PEM", &pem)
        );
        let env = Environment::given([("IONOS_CURRENT_PROFILE", "p")], Some("/h".into()))
            .with_file("/h/.ionos/config", file);
        Settings::load(&env).unwrap()
    };
    for (leaf, more, is_good) in [
        (&trusted, "certificateAuthData: \"PEM\"", true),
        (&unchecked, "skipTlsVerify: true", true),
        (&unchecked, "certificateAuthData: \"PEM\"", false),
    ] {
        let (address, server) = serve(leaf).await;
        let api = Client::builder()
            .settings(settings(address, more))
            .retry(StandardRetry::never())
            .build()
            .unwrap();
        let answer = api.versions().await;
        assert_eq!(
            (answer.is_ok(), server.await.unwrap().is_ok()),
            (is_good, is_good),
            "{more}: {answer:?}"
        );
    }
}
