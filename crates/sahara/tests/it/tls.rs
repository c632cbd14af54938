//! `cacert`, `insecure`, `cert` and `key` of `clouds.yaml`, against a Keystone with TLS on loopback.
#![cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]

use crate::common;

use std::net::SocketAddr;
use std::sync::Arc;

use cloud_core::config::Environment;
use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use sahara::config::Settings;
use sahara::{Cloud, ErrorKind};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// An authority, and what it has signed for `127.0.0.1`: certificates in PEM, keys in PEM.
struct Trust {
    authority: CertifiedIssuer<'static, KeyPair>,
    leaf: rcgen::Certificate,
    key: KeyPair,
}

impl Trust {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        Self {
            leaf: params.signed_by(&key, &authority).unwrap(),
            authority,
            key,
        }
    }

    /// A server with this certificate, which wants one of the same authority from its clients or none.
    fn server(&self, wants_certificate: bool) -> ServerConfig {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if wants_certificate {
            let mut roots = RootCertStore::empty();
            roots.add(self.authority.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).unwrap();
        builder
            .with_single_cert(vec![self.leaf.der().clone()], key)
            .unwrap()
    }
}

/// Serves one connection: a token for whoever gets through the handshake.
async fn keystone(config: ServerConfig) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = tokio_rustls::TlsAcceptor::from(Arc::new(config))
            .accept(stream)
            .await
        else {
            return;
        };
        let mut seen = Vec::new();
        // The body is one line of JSON, which nothing else ends like.
        while !seen.ends_with(b"}}") {
            if !matches!(stream.read_buf(&mut seen).await, Ok(1..)) {
                return;
            }
        }
        let body = common::token(&json!([])).to_string();
        let head = format!(
            "HTTP/1.1 201 Created\r\nx-subject-token: t\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all((head + &body).as_bytes()).await;
        let _ = stream.shutdown().await;
    });
    address
}

/// Logs in with these keys in the file.
async fn log_in(trust: &Trust, wants_certificate: bool, keys: &str) -> sahara::Result<String> {
    let address = keystone(trust.server(wants_certificate)).await;
    let clouds = format!(
        "clouds: {{a: {{auth: {{auth_url: 'https://{address}', user_id: u, password: p, project_id: p}}, {keys}}}}}"
    );
    let pair = format!("{}{}", trust.leaf.pem(), trust.key.serialize_pem());
    let env = Environment::given([("OS_CLOUD", "a")], None)
        .with_file("clouds.yaml", clouds)
        .with_file("/ca.pem", trust.authority.pem())
        .with_file("/cert.pem", trust.leaf.pem())
        .with_file("/key.pem", trust.key.serialize_pem())
        .with_file("/pair.pem", pair);
    let retry = cloud_core::retry::StandardRetry::new().max_attempts(1);
    let cloud = Cloud::builder()
        .settings(Settings::load(&env)?)
        .retry(retry)
        .build()?;
    Ok(cloud.token().await?.user.name)
}

#[tokio::test]
async fn servers_are_trusted_as_the_file_says() {
    let (trust, other) = (Trust::new(), Trust::new());
    assert_eq!(
        log_in(&trust, false, "cacert: /ca.pem").await.unwrap(),
        "demo"
    );
    assert_eq!(
        log_in(&trust, false, "insecure: true").await.unwrap(),
        "demo"
    );
    assert_eq!(
        log_in(&trust, false, "verify: false, cacert: /gone")
            .await
            .unwrap(),
        "demo"
    );
    for keys in ["verify: true", "insecure: false"] {
        let error = log_in(&other, false, keys).await.unwrap_err();
        // A machine without any authorities fails earlier, and says so.
        assert!(
            matches!(error.kind(), ErrorKind::Refused | ErrorKind::Config),
            "{error}"
        );
    }
    assert_eq!(
        log_in(
            &trust,
            true,
            "cacert: /ca.pem, cert: /cert.pem, key: /key.pem"
        )
        .await
        .unwrap(),
        "demo"
    );
    assert_eq!(
        log_in(&trust, true, "cacert: /ca.pem, cert: /pair.pem")
            .await
            .unwrap(),
        "demo"
    );
    let error = log_in(&trust, true, "cacert: /ca.pem").await.unwrap_err();
    assert!(
        error.is_connect() || error.kind() == ErrorKind::Interrupted,
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_holds_no_certificate_is_named() {
    let clouds =
        "clouds: {a: {auth: {auth_url: 'https://k', user_id: u, password: p}, cacert: /ca.pem}}";
    let env = Environment::given([("OS_CLOUD", "a")], None)
        .with_file("clouds.yaml", clouds)
        .with_file("/ca.pem", "hunter2");
    let error = Settings::load(&env).unwrap_err();
    assert_eq!(
        error.to_string(),
        "wrong configuration: clouds.a.cacert (clouds.yaml): /ca.pem holds no CERTIFICATE in PEM form (-----BEGIN \
         CERTIFICATE-----)"
    );
}

#[tokio::test]
async fn cacert_may_be_the_certificate_of_keystone_itself() {
    let mut trust = Trust::new();
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    trust.leaf = params.self_signed(&trust.key).unwrap();
    assert_eq!(
        log_in(&trust, false, "cacert: /cert.pem").await.unwrap(),
        "demo"
    );
    let error = log_in(&trust, false, "cacert: /ca.pem").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
}
