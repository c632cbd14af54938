//! `HttpTransport` and certificates, against a real TLS server.
#![cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::http_support::*;
use cloud_core::config::{BaseUrl, Origin, Setting};
use cloud_core::transport::{
    CertificatePin, HttpTransport, HttpTransportBuilder, TransportError, TransportErrorKind,
};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::AsyncReadExt;
use tokio::task::JoinHandle;

/// Else the operating system's library, which words its errors itself.
const RUSTLS: bool = cfg!(any(feature = "rustls", feature = "rustls-no-provider"));

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    authority_with(name, KeyPair::generate().unwrap())
}

fn authority_with(name: &str, key: KeyPair) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, key).unwrap()
}

/// A certificate and its key.
struct Leaf {
    certificate: Certificate,
    key: KeyPair,
}

impl Leaf {
    fn new(authority: &Authority, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        Self {
            certificate: params.signed_by(&key, authority).unwrap(),
            key,
        }
    }

    fn self_signed(name: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        Self {
            certificate: made.cert,
            key: made.signing_key,
        }
    }

    fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).unwrap()
    }

    fn fingerprint(&self) -> String {
        hex(sha256(self.certificate.der()))
    }

    fn pin(&self) -> CertificatePin {
        self.fingerprint().parse().unwrap()
    }
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    let suite = aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256
        .tls13()
        .unwrap();
    suite.common.hash_provider.hash(bytes).as_ref().to_vec()
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn crypto() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn server_config(leaf: &Leaf) -> ServerConfig {
    ServerConfig::builder_with_provider(crypto())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.certificate.der().clone()], leaf.key())
        .unwrap()
}

/// Serves one connection, and gives the request or why there was none.
async fn serve(config: ServerConfig) -> (SocketAddr, JoinHandle<Result<Seen, String>>) {
    let (listener, address) = listen().await;
    let task = tokio::spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
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
                write(&mut stream, OK).await;
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

fn builder() -> HttpTransportBuilder {
    provider();
    HttpTransport::builder()
}

fn trusting(authority: &Authority) -> HttpTransportBuilder {
    builder()
        .root_certificate_pem(authority.pem())
        .only_these_roots(true)
}

async fn succeeds(builder: HttpTransportBuilder, config: ServerConfig) {
    let (address, server) = serve(config).await;
    let response = get(&builder.build().unwrap(), &format!("https://{address}/"))
        .await
        .unwrap();
    assert_eq!(text(response).await, "hi");
    assert_eq!(
        server.await.unwrap().unwrap().request_line(),
        "GET / HTTP/1.1"
    );
}

/// The certificate is refused before a byte of the request is sent.
async fn refused(builder: HttpTransportBuilder, config: ServerConfig) -> TransportError {
    let (address, server) = serve(config).await;
    let error = get(&builder.build().unwrap(), &format!("https://{address}/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Refused, "{error}");
    assert!(server.await.unwrap().is_err());
    error
}

/// The text of an error that has no cause beside it.
#[track_caller]
fn only(error: &dyn Error) -> String {
    assert!(error.source().is_none(), "{error}: {:?}", error.source());
    error.to_string()
}

/// The same without the number of the port.
#[track_caller]
fn without_port(error: &TransportError) -> String {
    let told = only(error);
    let (before, after) = told.split_once("127.0.0.1:").unwrap();
    let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}127.0.0.1:PORT{after}")
}

#[tokio::test]
async fn own_root_is_trusted_alone_and_beside_the_system() {
    let ca = authority("one");
    let leaf = Leaf::new(&ca, "127.0.0.1");
    succeeds(trusting(&ca), server_config(&leaf)).await;
    succeeds(
        builder().root_certificate_pem(ca.pem()),
        server_config(&leaf),
    )
    .await;
    // Several certificates in one text.
    let bundle = format!("{}{}", authority("two").pem(), ca.pem());
    succeeds(
        builder()
            .root_certificate_pem(bundle)
            .only_these_roots(true),
        server_config(&leaf),
    )
    .await;
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn authorities_of_the_system_count_unless_excluded() {
    if !is_again() {
        let system = authority("system");
        // One file for both: readers of certificates skip the key.
        let text = system.pem() + &system.key().serialize_pem();
        let path = scratch_file("system.pem", text.as_bytes());
        again(
            "http_tls::authorities_of_the_system_count_unless_excluded",
            &[("SSL_CERT_FILE", path.to_str().unwrap())],
        );
        std::fs::remove_file(path).unwrap();
        return;
    }
    let text = std::fs::read_to_string(std::env::var_os("SSL_CERT_FILE").unwrap()).unwrap();
    let key = KeyPair::from_pem(&text[text.find("-----BEGIN PRIVATE KEY").unwrap()..]).unwrap();
    let leaf = Leaf::new(&authority_with("system", key), "127.0.0.1");
    succeeds(builder(), server_config(&leaf)).await;
    let other = authority("other");
    succeeds(
        builder().root_certificate_pem(other.pem()),
        server_config(&leaf),
    )
    .await;
    refused(trusting(&other), server_config(&leaf)).await;
}

/// As `openssl req -x509` makes it: it has signed itself, and may sign others.
fn own_authority(name: &str, is_over: bool) -> Leaf {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    if is_over {
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    }
    Leaf {
        certificate: params.self_signed(&key).unwrap(),
        key,
    }
}

#[tokio::test]
async fn a_certificate_that_is_named_is_trusted_when_it_is_the_servers_own() {
    let ca = authority("one");
    for leaf in [
        own_authority("127.0.0.1", false),
        Leaf::self_signed("127.0.0.1"),
        // Signed by somebody whom nobody names.
        Leaf::new(&ca, "127.0.0.1"),
    ] {
        // It may be one of several, before the authorities of the system or instead of them.
        let bundle = format!("{}{}", authority("two").pem(), leaf.certificate.pem());
        for builder in [
            builder()
                .root_certificate_pem(leaf.certificate.pem())
                .only_these_roots(true),
            builder().root_certificate_pem(leaf.certificate.pem()),
            builder()
                .root_certificate_pem(bundle)
                .only_these_roots(true),
        ] {
            succeeds(builder, server_config(&leaf)).await;
        }
    }
}

#[tokio::test]
async fn the_servers_own_certificate_still_needs_its_name_and_its_dates() {
    let named = |leaf: &Leaf| {
        builder()
            .root_certificate_pem(leaf.certificate.pem())
            .only_these_roots(true)
    };
    let mut refusals = Vec::new();
    let other = own_authority("other.example", false);
    refusals.push((
        refused(named(&other), server_config(&other)).await,
        "it is for other.example, not for 127.0.0.1",
    ));
    let old = own_authority("127.0.0.1", true);
    refusals.push((
        refused(named(&old), server_config(&old)).await,
        "certificate expired: verification time",
    ));
    let leaf = Leaf::new(&authority("one"), "other.example");
    refusals.push((
        refused(named(&leaf), server_config(&leaf)).await,
        "it is for other.example, not for 127.0.0.1",
    ));
    // One of the same name that is another.
    let (mine, theirs) = (
        own_authority("127.0.0.1", false),
        own_authority("127.0.0.1", false),
    );
    refusals.push((
        refused(named(&mine), server_config(&theirs)).await,
        "it is that of an authority, and stands for a server only where it is given itself by root_certificate_pem",
    ));
    // Pins are looked at as well.
    let pinned = named(&mine).pin(theirs.pin());
    refusals.push((
        refused(pinned, server_config(&mine)).await,
        "it matches no pin",
    ));
    for (error, reason) in refusals {
        let start = format!("the certificate of 127.0.0.1:PORT was refused: {reason}");
        if RUSTLS {
            assert!(without_port(&error).starts_with(&start), "{error}");
        }
    }
}

#[tokio::test]
async fn unknown_root_is_refused() {
    let leaf = Leaf::new(&authority("one"), "127.0.0.1");
    let error = refused(trusting(&authority("two")), server_config(&leaf)).await;
    if RUSTLS {
        let text = "the certificate of 127.0.0.1:PORT was refused: no authority that is trusted here signed it";
        assert_eq!(without_port(&error), text);
    } else {
        assert!(
            error
                .message()
                .starts_with("the TLS handshake with 127.0.0.1:"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn wrong_name_is_refused() {
    let ca = authority("one");
    let error = refused(
        trusting(&ca),
        server_config(&Leaf::new(&ca, "other.example")),
    )
    .await;
    let text =
        "the certificate of 127.0.0.1:PORT was refused: it is for other.example, not for 127.0.0.1";
    if RUSTLS {
        assert_eq!(without_port(&error), text);
    }
}

#[tokio::test]
async fn client_certificate_is_shown_when_asked_for() {
    let ca = authority("one");
    let leaf = Leaf::new(&ca, "127.0.0.1");
    let client = Leaf::new(&ca, "client.example");
    let config = || {
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), crypto())
            .build()
            .unwrap();
        ServerConfig::builder_with_provider(crypto())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![leaf.certificate.der().clone()], leaf.key())
            .unwrap()
    };
    let identified = trusting(&ca)
        .client_identity_pem(client.certificate.pem(), client.key.serialize_pem().into());
    succeeds(identified, config()).await;
    if !RUSTLS {
        return;
    }
    let error = refused(trusting(&ca), config()).await;
    let text =
        "127.0.0.1:PORT refused the client's certificate, or asks for one: CertificateRequired";
    assert_eq!(without_port(&error), text);
}

#[tokio::test]
async fn checks_can_be_switched_off() {
    let builder = builder().danger_accept_invalid_certificates(true);
    succeeds(builder, server_config(&Leaf::self_signed("other.example"))).await;
}

#[tokio::test]
async fn server_without_tls_is_refused() {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let mut stream = accept(&listener).await;
        assert!(stream.read(&mut [0; 1024]).await.is_ok());
        write(&mut stream, "HTTP/1.1 400 Bad Request\r\n\r\n").await;
        while matches!(stream.read(&mut [0; 1024]).await, Ok(1..)) {}
    });
    let transport = builder()
        .danger_accept_invalid_certificates(true)
        .build()
        .unwrap();
    let error = get(&transport, &format!("https://{address}/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Refused);
    assert_eq!(
        only(&error),
        format!(
            "the TLS handshake with {address} failed: the other side does not speak TLS; \
             should the address begin with http://?"
        )
    );
}

#[tokio::test]
async fn server_with_tls_is_no_http() {
    let (address, server) = serve(server_config(&Leaf::self_signed("127.0.0.1"))).await;
    let transport = builder().build().unwrap();
    let error = get(&transport, &format!("http://{address}/"))
        .await
        .unwrap_err();
    assert!(server.await.unwrap().is_err());
    assert_eq!(error.kind(), TransportErrorKind::Interrupted);
    assert_eq!(
        only(&error),
        format!(
            "{address} did not answer in HTTP: invalid HTTP version parsed; should the address begin with https://?"
        )
    );
}

#[test]
fn plain_http_to_elsewhere_is_refused_with_the_way_out() {
    let setting = |url: &str| Setting::new(url.to_owned(), Origin::Builder("endpoint"));
    let error = BaseUrl::parse(&setting("http://api.example.com/v1"), false).unwrap_err();
    assert_eq!(
        only(&error),
        "wrong configuration: endpoint (client builder): is http://, which sends secrets readable for everyone \
             on the way; use https://, or call .allow_http(true) on the builder of the client"
    );
    assert!(BaseUrl::parse(&setting("http://api.example.com/v1"), true).is_ok());
}

#[test]
fn wrong_settings_are_named() {
    let setting = |builder: HttpTransportBuilder| {
        let error = builder.build().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("{}: ", error.setting())),
            "{error}"
        );
        error.setting()
    };
    let (a, b) = (Leaf::self_signed("a"), Leaf::self_signed("b"));
    let own_root = || {
        builder()
            .root_certificate_pem(a.certificate.pem())
            .only_these_roots(true)
    };
    assert_eq!(
        setting(builder().root_certificate_pem("not a certificate")),
        "root_certificate_pem"
    );
    let damaged = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    assert_eq!(
        setting(builder().root_certificate_pem(damaged)),
        "root_certificate_pem"
    );
    assert_eq!(
        setting(builder().only_these_roots(true)),
        "only_these_roots"
    );
    let chain = a.certificate.pem();
    assert_eq!(
        setting(own_root().client_identity_pem(&chain, "no key".to_owned().into())),
        "client_identity_pem"
    );
    let other_key = b.key.serialize_pem();
    // The system's library looks at the two together only when the client is made.
    let expected = if RUSTLS { "client_identity_pem" } else { "tls" };
    assert_eq!(
        setting(own_root().client_identity_pem(&chain, other_key.into())),
        expected
    );
    assert_eq!(
        setting(
            builder()
                .pin(a.pin())
                .danger_accept_invalid_certificates(true)
        ),
        "pin"
    );

    let key = a.key.serialize_pem();
    let shown = format!(
        "{:?}",
        own_root().client_identity_pem(&chain, key.clone().into())
    );
    assert!(
        !shown.contains("PRIVATE") && !shown.contains(key.lines().nth(1).unwrap()),
        "{shown}"
    );
}

#[test]
fn pins_are_read_in_every_usual_form() {
    let bytes: [u8; 32] = std::array::from_fn(|i| u8::try_from(i * 8 + 3).unwrap());
    let pin = CertificatePin::from_sha256(bytes);
    let digits = hex(bytes);
    let colons = bytes.map(|b| format!("{b:02X}")).join(":");
    assert_eq!(pin.to_string(), digits);
    assert_eq!(pin.as_bytes(), &bytes);
    let forms = [
        digits.clone(),
        digits.to_uppercase(),
        colons.clone(),
        colons.replace(':', " "),
        format!(" sha256:{digits}\n"),
        "sha256/AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s=".to_owned(),
        "sha256/AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s".to_owned(),
    ];
    for form in forms {
        assert_eq!(form.parse::<CertificatePin>().unwrap(), pin, "{form}");
    }
    let wrong = |text: &str| {
        let error = text.parse::<CertificatePin>().unwrap_err();
        assert_eq!(error.setting(), "pin");
        error.to_string()
    };
    assert!(wrong(&digits[..40]).contains("SHA-1"));
    assert!(wrong(&digits[..62]).contains("this one has 62"));
    assert!(wrong(&format!("{digits}00")).contains("this one has 66"));
    assert!(wrong(&digits.replace('f', "g")).contains("'g'"));
    assert!(wrong("sha256/AwsTGyM=").contains("43 characters"));
    assert!(wrong("sha256/AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s==").contains("'='"));
    assert!(
        wrong("sha256/AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/sAAAA=").contains("43 characters")
    );
    assert!(wrong("sha256/AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2éPr8/s=").contains("'é'"));
    assert!(wrong("sha256/AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2*Pr8/s=").contains("'*'"));
    assert!(
        wrong("sha256/AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/t=").contains("last character")
    );
    assert!(wrong("").contains("this one has 0"));
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
mod pins {
    use cloud_core::transport::PinMode;
    use rustls::SupportedProtocolVersion;
    use rustls::server::{ClientHello, ResolvesServerCert};
    use rustls::sign::CertifiedKey;

    use super::*;

    #[tokio::test]
    async fn strict_pin_wants_the_chain_the_name_and_the_pin() {
        let ca = authority("one");
        let leaf = Leaf::new(&ca, "127.0.0.1");
        let other = Leaf::new(&ca, "127.0.0.1");
        succeeds(trusting(&ca).pin(leaf.pin()), server_config(&leaf)).await;
        succeeds(
            trusting(&ca).pin(other.pin()).pin(leaf.pin()),
            server_config(&leaf),
        )
        .await;

        let error = refused(trusting(&ca).pin(other.pin()), server_config(&leaf)).await;
        let (expected, got) = (other.fingerprint(), leaf.fingerprint());
        assert!(
            error.message().ends_with(&format!(
                "was refused: it matches no pin: expected sha256 {expected}, got {got}"
            )),
            "{error}"
        );
        let misnamed = Leaf::new(&ca, "other.example");
        let error = refused(trusting(&ca).pin(misnamed.pin()), server_config(&misnamed)).await;
        assert!(error.message().contains("other.example"), "{error}");
        let stranger = Leaf::self_signed("127.0.0.1");
        let error = refused(trusting(&ca).pin(stranger.pin()), server_config(&stranger)).await;
        assert!(error.message().starts_with("the certificate of"), "{error}");
    }

    #[tokio::test]
    async fn a_strict_pin_goes_with_the_authorities_of_the_system_too() {
        let leaf = Leaf::self_signed("127.0.0.1");
        let pinned = builder().pin(leaf.pin());
        match pinned.clone().build() {
            // The pin is right, and no authority of the system signed it.
            Ok(_) => {
                let error = refused(pinned, server_config(&leaf)).await;
                let start = "the certificate of 127.0.0.1:PORT was refused: ";
                assert!(without_port(&error).starts_with(start), "{error}");
                assert!(!error.message().contains("pin"), "{error}");
            }
            Err(error) => {
                let text = error.to_string();
                assert!(
                    text.contains("this system has no certificate authorities"),
                    "{text}"
                );
            }
        }
    }

    #[tokio::test]
    async fn replacing_pin_wants_the_pin_alone() {
        let leaf = Leaf::self_signed("other.example");
        let replacing = builder().pin_mode(PinMode::Replace);
        succeeds(replacing.clone().pin(leaf.pin()), server_config(&leaf)).await;
        let error = refused(
            replacing.pin(Leaf::self_signed("a").pin()),
            server_config(&leaf),
        )
        .await;
        assert!(error.message().contains(&leaf.fingerprint()), "{error}");
    }

    /// Shows a certificate without having its key.
    #[derive(Debug)]
    struct Impostor(Arc<CertifiedKey>);

    impl ResolvesServerCert for Impostor {
        fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
            Some(self.0.clone())
        }
    }

    #[tokio::test]
    async fn pinned_certificate_without_its_key_is_refused() {
        let leaf = Leaf::self_signed("127.0.0.1");
        let key =
            aws_lc_rs::sign::any_supported_type(&Leaf::self_signed("127.0.0.1").key()).unwrap();
        let versions: [&'static SupportedProtocolVersion; 2] =
            [&rustls::version::TLS12, &rustls::version::TLS13];
        for version in versions {
            let shown = CertifiedKey::new(vec![leaf.certificate.der().clone()], key.clone());
            let config = ServerConfig::builder_with_provider(crypto())
                .with_protocol_versions(&[version])
                .unwrap()
                .with_no_client_auth()
                .with_cert_resolver(Arc::new(Impostor(Arc::new(shown))));
            refused(builder().pin_mode(PinMode::Replace).pin(leaf.pin()), config).await;
        }
    }

    #[tokio::test]
    async fn old_tls_works_with_pins() {
        let leaf = Leaf::self_signed("127.0.0.1");
        let config = ServerConfig::builder_with_provider(crypto())
            .with_protocol_versions(&[&rustls::version::TLS12])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.certificate.der().clone()], leaf.key())
            .unwrap();
        succeeds(builder().pin_mode(PinMode::Replace).pin(leaf.pin()), config).await;
    }
}

#[cfg(all(
    feature = "http2",
    any(feature = "rustls", feature = "rustls-no-provider")
))]
mod http2 {
    use cloud_core::body::Body;
    use cloud_core::transport::{PinMode, Transport};
    use http::Method;

    use super::*;

    /// Serves one HTTP/2 request by resetting its stream.
    async fn reset_with(reason: h2::Reason) -> (TransportErrorKind, usize) {
        let leaf = Leaf::self_signed("127.0.0.1");
        let mut config = server_config(&leaf);
        config.alpn_protocols = vec![b"h2".to_vec()];
        let (listener, address) = listen().await;
        let server = tokio::spawn(async move {
            let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
            let stream = acceptor.accept(accept(&listener).await).await.unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let mut requests = 0;
            while let Some(Ok((_request, mut response))) = connection.accept().await {
                response.send_reset(reason);
                requests += 1;
            }
            requests
        });
        let transport = builder()
            .pin_mode(PinMode::Replace)
            .pin(leaf.pin())
            .build()
            .unwrap();
        let error = get(&transport, &format!("https://{address}/"))
            .await
            .unwrap_err();
        drop(transport);
        (error.kind(), server.await.unwrap())
    }

    #[tokio::test]
    async fn refused_stream_is_not_sent_and_others_are_interrupted() {
        assert_eq!(
            reset_with(h2::Reason::REFUSED_STREAM).await,
            (TransportErrorKind::NotSent, 1)
        );
        assert_eq!(
            reset_with(h2::Reason::INTERNAL_ERROR).await,
            (TransportErrorKind::Interrupted, 1)
        );
    }

    #[tokio::test]
    async fn short_reader_is_a_failure_of_the_request_body() {
        let leaf = Leaf::self_signed("127.0.0.1");
        let mut config = server_config(&leaf);
        config.alpn_protocols = vec![b"h2".to_vec()];
        let (listener, address) = listen().await;
        tokio::spawn(async move {
            let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
            let stream = acceptor.accept(accept(&listener).await).await.unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let mut kept = Vec::new();
            while let Some(Ok(request)) = connection.accept().await {
                kept.push(request);
            }
        });
        let transport = builder()
            .pin_mode(PinMode::Replace)
            .pin(leaf.pin())
            .build()
            .unwrap();
        let body = Body::from_reader(std::io::Cursor::new(vec![b'x'; 10]), 20);
        let error = transport
            .send(request(Method::PUT, &format!("https://{address}/"), body))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::RequestBody, "{error}");
    }
}
