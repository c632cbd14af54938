//! Who is trusted, and what is shown to servers that ask.

use std::fmt;

use secrecy::SecretString;

use super::{CertificatePin, HttpConfigError, PinMode};

type Apply = fn(
    &TlsSettings,
    reqwest::ClientBuilder,
    bool,
) -> Result<reqwest::ClientBuilder, HttpConfigError>;

#[derive(Clone, Default)]
pub(super) struct TlsSettings {
    /// What gives them to reqwest, once there are any: a program that sets none does not hold what it takes.
    apply: Option<Apply>,
    pub(super) roots: Vec<Vec<u8>>,
    pub(super) only_these_roots: bool,
    pub(super) identity: Option<(Vec<u8>, SecretString)>,
    pub(super) accept_invalid: bool,
    pub(super) pins: Vec<CertificatePin>,
    pub(super) pin_mode: PinMode,
}

impl TlsSettings {
    /// The settings, of which one is to be changed.
    pub(super) fn own(&mut self) -> &mut Self {
        self.apply = Some(|settings, client, plain_http_only| {
            settings.check()?;
            backend::apply(settings, client, plain_http_only)
        });
        self
    }

    /// Gives these settings to reqwest. For plain HTTP alone, no certificate authority is looked for.
    pub(super) fn apply(
        &self,
        client: reqwest::ClientBuilder,
        plain_http_only: bool,
    ) -> Result<reqwest::ClientBuilder, HttpConfigError> {
        match self.apply {
            Some(apply) => apply(self, client, plain_http_only),
            None => backend::apply_usual(client, plain_http_only),
        }
    }

    fn check(&self) -> Result<(), HttpConfigError> {
        if self.accept_invalid && !self.pins.is_empty() {
            return Err(HttpConfigError::new(
                "pin",
                "pins and danger_accept_invalid_certificates contradict each other; PinMode::Replace accepts any \
                 certificate that matches a pin",
            ));
        }
        if self.only_these_roots && self.roots.is_empty() {
            return Err(HttpConfigError::new(
                "only_these_roots",
                "without root_certificate_pem there is no authority left to trust",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for TlsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSettings")
            .field("roots", &self.roots.len())
            .field("only_these_roots", &self.only_these_roots)
            .field("identity", &self.identity.is_some())
            .field("accept_invalid", &self.accept_invalid)
            .field("pins", &self.pins)
            .field("pin_mode", &self.pin_mode)
            .finish_non_exhaustive()
    }
}

fn no_certificate_in_pem(setting: &'static str) -> HttpConfigError {
    HttpConfigError::new(
        setting,
        "the text holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
    )
}

/// Whether a certificate is refused because it is one of an authority. rustls hands on what webpki says without its type.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
pub(super) fn is_of_an_authority(reason: &rustls::CertificateError) -> bool {
    matches!(reason, rustls::CertificateError::Other(other) if other.0.to_string() == "CaUsedAsEndEntity")
}

/// rustls, configured here as a whole rather than by reqwest: pins need it, reqwest panics without a crypto provider,
/// and one way for all settings is easier to trust than two.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
mod backend {
    use std::fmt;
    use std::sync::Arc;

    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::client::{WantsClientCert, WebPkiServerVerifier, verify_server_name};
    use rustls::crypto::hash::{Hash, HashAlgorithm};
    use rustls::crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    };
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
    use rustls::server::ParsedCertificate;
    use rustls::{
        CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, OtherError,
        RootCertStore, SignatureScheme, SupportedCipherSuite,
    };
    use secrecy::ExposeSecret;

    use super::{TlsSettings, is_of_an_authority, no_certificate_in_pem};
    use crate::transport::http_transport::{CertificatePin, HttpConfigError, PinMode};

    /// With the authorities of the system.
    pub(super) fn apply_usual(
        client: reqwest::ClientBuilder,
        plain_http_only: bool,
    ) -> Result<reqwest::ClientBuilder, HttpConfigError> {
        let config = verified_by(system, plain_http_only)?;
        Ok(given(config.with_no_client_auth(), client))
    }

    pub(super) fn apply(
        settings: &TlsSettings,
        client: reqwest::ClientBuilder,
        plain_http_only: bool,
    ) -> Result<reqwest::ClientBuilder, HttpConfigError> {
        let config = verified_by(|provider| verifier(settings, provider), plain_http_only)?;
        let Some((chain, key)) = &settings.identity else {
            return Ok(given(config.with_no_client_auth(), client));
        };
        let wrong = |message: String| HttpConfigError::new("client_identity_pem", message);
        let chain = certificates(chain, "client_identity_pem")?;
        let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes())
            .map_err(|_| wrong("the key is not a private key in PEM form".into()))?;
        let config = config.with_client_auth_cert(chain, key).map_err(|error| {
            wrong(format!(
                "the certificate and the key cannot be used: {error}"
            ))
        })?;
        Ok(given(config, client))
    }

    fn verified_by(
        verifier: impl FnOnce(
            &Arc<CryptoProvider>,
        ) -> Result<Arc<dyn ServerCertVerifier>, HttpConfigError>,
        plain_http_only: bool,
    ) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, HttpConfigError> {
        let provider = provider()?;
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| {
                HttpConfigError::new(
                    "tls",
                    format!("the crypto provider cannot be used: {error}"),
                )
            })?;
        if plain_http_only {
            // Nobody is asked for a certificate, so the store of the system, which may be empty, is not read.
            return Ok(config.with_root_certificates(RootCertStore::empty()));
        }
        let config = config.dangerous();
        Ok(config.with_custom_certificate_verifier(verifier(&provider)?))
    }

    fn given(mut config: ClientConfig, client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        // reqwest offers no protocols for a configuration that comes ready made.
        if cfg!(feature = "http2") {
            config.alpn_protocols.push(b"h2".to_vec());
        }
        config.alpn_protocols.push(b"http/1.1".to_vec());
        client.tls_backend_preconfigured(config)
    }

    /// The provider that the application installed, else the default of this build.
    #[cfg_attr(
        feature = "rustls",
        expect(
            clippy::unnecessary_wraps,
            reason = "fails only where none is built in"
        )
    )]
    fn provider() -> Result<Arc<CryptoProvider>, HttpConfigError> {
        // A program that has installed one means it, for instance because it must use a validated one.
        if let Some(installed) = CryptoProvider::get_default() {
            return Ok(installed.clone());
        }
        #[cfg(feature = "rustls")]
        return Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
        #[cfg(not(feature = "rustls"))]
        Err(HttpConfigError::new(
            "tls",
            "no crypto provider for rustls is installed: call rustls::crypto::CryptoProvider::install_default first, or \
             build with the feature `rustls`, which brings one",
        ))
    }

    fn certificates(
        pem: &[u8],
        setting: &'static str,
    ) -> Result<Vec<CertificateDer<'static>>, HttpConfigError> {
        let found = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| HttpConfigError::new(setting, "the PEM text is damaged"))?;
        if found.is_empty() {
            Err(no_certificate_in_pem(setting))
        } else {
            Ok(found)
        }
    }

    fn verifier(
        settings: &TlsSettings,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, HttpConfigError> {
        let unchecked = settings.accept_invalid
            || (!settings.pins.is_empty() && settings.pin_mode == PinMode::Replace);
        let mut named = Vec::new();
        for pem in &settings.roots {
            named.extend(certificates(pem, "root_certificate_pem")?);
        }
        let chain = if unchecked {
            None
        } else {
            Some(chain_verifier(settings, &named, provider)?)
        };
        match chain {
            Some(chain) if settings.pins.is_empty() && named.is_empty() => Ok(chain),
            chain => Ok(Arc::new(Verifier {
                // With a pin alone, the authorities are those of the system.
                named: (chain.is_some() && !named.is_empty())
                    .then(|| Named::new(named, provider))
                    .transpose()?,
                chain,
                pins: settings.pins.clone().into_boxed_slice(),
                signatures: provider.signature_verification_algorithms,
                sha256: (!settings.pins.is_empty())
                    .then(|| sha256(provider))
                    .transpose()?,
            })),
        }
    }

    fn unusable(error: &dyn fmt::Display) -> HttpConfigError {
        HttpConfigError::new(
            "root_certificate_pem",
            format!("a certificate cannot be used: {error}"),
        )
    }

    /// The usual rules of TLS with these certificates alone.
    fn only(
        roots: &[CertificateDer<'static>],
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<WebPkiServerVerifier>, HttpConfigError> {
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(root.clone()).map_err(|error| unusable(&error))?;
        }
        WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone())
            .build()
            .map_err(|error| unusable(&error))
    }

    /// The usual rules of TLS with the authorities of the system.
    fn system(
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, HttpConfigError> {
        match rustls_platform_verifier::Verifier::new(provider.clone()) {
            Ok(verifier) => Ok(Arc::new(verifier)),
            // The only other thing that it can complain about is the system's store, which it then found empty.
            Err(Error::General(_)) => Err(HttpConfigError::new(
                "root_certificate_pem",
                "this system has no certificate authorities to trust: install the package `ca-certificates` (Debian, \
                 Ubuntu, Alpine), or name a PEM file in SSL_CERT_FILE, or give your own by root_certificate_pem with \
                 only_these_roots",
            )),
            Err(error) => Err(unusable(&error)),
        }
    }

    fn chain_verifier(
        settings: &TlsSettings,
        named: &[CertificateDer<'static>],
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, HttpConfigError> {
        if settings.only_these_roots {
            return Ok(only(named, provider)?);
        }
        if named.is_empty() {
            return system(provider);
        }
        #[cfg(not(target_os = "android"))]
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(
            named.iter().cloned(),
            provider.clone(),
        );
        #[cfg(target_os = "android")]
        let verifier: Result<rustls_platform_verifier::Verifier, _> = Err(Error::General(
            "on Android, use only_these_roots as well".into(),
        ));
        match verifier {
            Ok(verifier) => Ok(Arc::new(verifier)),
            Err(error) => Err(unusable(&error)),
        }
    }

    /// SHA-256 from the provider, which needs it for TLS anyway: no further dependency.
    fn sha256(provider: &CryptoProvider) -> Result<&'static dyn Hash, HttpConfigError> {
        provider
            .cipher_suites
            .iter()
            .map(|suite| match suite {
                SupportedCipherSuite::Tls13(suite) => suite.common.hash_provider,
                SupportedCipherSuite::Tls12(suite) => suite.common.hash_provider,
            })
            .find(|hash| hash.algorithm() == HashAlgorithm::SHA256)
            .ok_or_else(|| {
                HttpConfigError::new("pin", "the installed crypto provider has no SHA-256")
            })
    }

    /// Certificates that the user names as trusted, any of which may be that of the server itself: this is how a private
    /// cloud is trusted whose only certificate has signed itself. OpenSSL and curl take it, rustls does not where the
    /// certificate is one of an authority, as `openssl req -x509` makes it (seanmonstar/reqwest#2041, rustls/webpki#205).
    struct Named {
        certificates: Vec<CertificateDer<'static>>,
        verifier: Arc<WebPkiServerVerifier>,
    }

    impl Named {
        fn new(
            certificates: Vec<CertificateDer<'static>>,
            provider: &Arc<CryptoProvider>,
        ) -> Result<Self, HttpConfigError> {
            let verifier = only(&certificates, provider)?;
            Ok(Self {
                certificates,
                verifier,
            })
        }

        /// Judges a certificate that the usual rules refuse with this error.
        fn verify(
            &self,
            certificate: &CertificateDer<'_>,
            name: &ServerName<'_>,
            now: UnixTime,
            refused: Error,
        ) -> Result<ServerCertVerified, Error> {
            if !self.certificates.contains(certificate) {
                return Err(refused);
            }
            // webpki looks at the dates first, and at the use and the issuer then. So what it says against them means
            // that the dates are good. The name comes last.
            match self
                .verifier
                .verify_server_cert(certificate, &[], name, &[], now)
            {
                Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {}
                Err(Error::InvalidCertificate(reason)) if is_of_an_authority(&reason) => {}
                judged => return judged,
            }
            verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
            Ok(ServerCertVerified::assertion())
        }
    }

    /// Checks the chain and the name, and pins after or instead of them. That the server holds the key of its certificate
    /// is always checked: certificates are public, so without it neither a pin nor a name would prove anything.
    struct Verifier {
        chain: Option<Arc<dyn ServerCertVerifier>>,
        named: Option<Named>,
        pins: Box<[CertificatePin]>,
        signatures: WebPkiSupportedAlgorithms,
        /// There, where there are pins.
        sha256: Option<&'static dyn Hash>,
    }

    impl fmt::Debug for Verifier {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Verifier")
                .field("chain", &self.chain.is_some())
                .field("pins", &self.pins)
                .finish_non_exhaustive()
        }
    }

    impl ServerCertVerifier for Verifier {
        fn verify_server_cert(
            &self,
            end_entity: &CertificateDer<'_>,
            intermediates: &[CertificateDer<'_>],
            server_name: &ServerName<'_>,
            ocsp_response: &[u8],
            now: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            if let Some(chain) = &self.chain {
                let judged = chain.verify_server_cert(
                    end_entity,
                    intermediates,
                    server_name,
                    ocsp_response,
                    now,
                );
                match (judged, &self.named) {
                    (Err(refused), Some(named)) => {
                        named.verify(end_entity, server_name, now, refused)?
                    }
                    (judged, _) => judged?,
                };
            }
            if let Some(sha256) = self.sha256 {
                let digest = sha256.hash(end_entity);
                if !self
                    .pins
                    .iter()
                    .any(|pin| pin.as_bytes() == digest.as_ref())
                {
                    let mismatch = PinMismatch::new(&self.pins, digest.as_ref());
                    return Err(CertificateError::Other(OtherError(Arc::new(mismatch))).into());
                }
            }
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls12_signature(message, certificate, signed, &self.signatures)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls13_signature(message, certificate, signed, &self.signatures)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.signatures.supported_schemes()
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct PinMismatch(String);

    impl PinMismatch {
        fn new(pins: &[CertificatePin], got: &[u8]) -> Self {
            let mut text = String::from("it matches no pin: expected sha256 ");
            for (i, pin) in pins.iter().enumerate() {
                text.push_str(if i == 0 { "" } else { " or " });
                text.push_str(&pin.to_string());
            }
            text.push_str(", got ");
            text.extend(got.iter().map(|byte| format!("{byte:02x}")));
            Self(text)
        }
    }
}

/// The operating system's library, by way of reqwest.
#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
mod backend {
    use secrecy::ExposeSecret;

    use super::{TlsSettings, no_certificate_in_pem};
    use crate::transport::http_transport::HttpConfigError;
    use crate::transport::http_transport::failure::innermost;

    pub(super) fn apply_usual(
        client: reqwest::ClientBuilder,
        plain_http_only: bool,
    ) -> Result<reqwest::ClientBuilder, HttpConfigError> {
        apply(&TlsSettings::default(), client, plain_http_only)
    }

    pub(super) fn apply(
        settings: &TlsSettings,
        client: reqwest::ClientBuilder,
        plain_http_only: bool,
    ) -> Result<reqwest::ClientBuilder, HttpConfigError> {
        if !settings.pins.is_empty() {
            return Err(HttpConfigError::new(
                "pin",
                "certificate pins need the feature `rustls` or `rustls-no-provider`; this build has only `native-tls`",
            ));
        }
        let mut client = client
            .tls_backend_native()
            .tls_danger_accept_invalid_certs(settings.accept_invalid);
        // Another crate may have switched HTTP/2 on for the reqwest that we share.
        if cfg!(not(feature = "http2")) {
            client = client.http1_only();
        }
        if let Some((chain, key)) = &settings.identity {
            let identity = reqwest::Identity::from_pkcs8_pem(chain, key.expose_secret().as_bytes())
                .map_err(|error| {
                    HttpConfigError::new(
                        "client_identity_pem",
                        format!(
                            "the certificate and the PKCS #8 key cannot be used: {}",
                            innermost(&error)
                        ),
                    )
                })?;
            client = client.identity(identity);
        }
        let mut roots = Vec::new();
        for pem in &settings.roots {
            let found = reqwest::Certificate::from_pem_bundle(pem).map_err(|error| {
                HttpConfigError::new(
                    "root_certificate_pem",
                    format!("a certificate cannot be used: {}", innermost(&error)),
                )
            })?;
            if found.is_empty() {
                return Err(no_certificate_in_pem("root_certificate_pem"));
            }
            roots.extend(found);
        }
        Ok(if settings.only_these_roots || plain_http_only {
            client.tls_certs_only(roots)
        } else {
            client.tls_certs_merge(roots)
        })
    }
}
