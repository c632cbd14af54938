//! TLS on a port.

use std::fmt;
use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ConfigBuilder, ServerConfig};
use tokio_rustls::server::TlsStream;

/// A certificate and its key, to serve TLS with. For [`Builder::tls`](crate::Builder::tls).
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

/// Why TLS cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

impl Tls {
    /// A certificate with those that lead to its authority, and its key, both in PEM.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| TlsError(format!("the certificate is not in PEM: {error}")))?;
        if chain.is_empty() {
            return Err(TlsError("there is no certificate in PEM".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| TlsError(format!("there is no private key in PEM: {error}")))?;
        Self::of(chain, key)
    }

    /// A new certificate for these names and addresses, and that of the authority that signed it, in PEM: clients are to
    /// trust the authority, whose key nobody keeps.
    pub fn made_for(
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<(Self, String), TlsError> {
        let made = || -> Result<_, rcgen::Error> {
            let mut params = CertificateParams::default();
            // An authority and a certificate of it: rustls for one refuses an authority's own certificate for a
            // server (`CaUsedAsEndEntity`), even where it is trusted.
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params
                .distinguished_name
                .push(DnType::CommonName, "cloud-sandbox, for tests only");
            let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
            let names: Vec<String> = names.into_iter().map(Into::into).collect();
            let mut params = CertificateParams::new(names)?;
            // A client that goes by the names alone must not take it for the certificate of the authority.
            params
                .distinguished_name
                .push(DnType::CommonName, "cloud-sandbox");
            // OpenSSL 3 with strict checks, as Python 3.13 sets them, wants to know which key signed.
            params.use_authority_key_identifier_extension = true;
            let key = KeyPair::generate()?;
            let leaf = params.signed_by(&key, &authority)?;
            Ok((leaf.der().clone(), key.serialize_der(), authority.pem()))
        };
        let (leaf, key, authority) =
            made().map_err(|error| TlsError(format!("no certificate can be made: {error}")))?;
        let key = PrivateKeyDer::try_from(key).map_err(|error| TlsError(error.to_owned()))?;
        Ok((Self::of(vec![leaf], key)?, authority))
    }

    fn of(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, TlsError> {
        // Named and not the process's default: a program with the library may have chosen another one, or two may be
        // compiled in.
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map(ConfigBuilder::<ServerConfig, _>::with_no_client_auth)
            .and_then(|builder| builder.with_single_cert(chain, key))
            .map_err(|error| TlsError(format!("certificate and key do not serve: {error}")))?;
        Ok(Self(Arc::new(config)))
    }

    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        tokio_rustls::TlsAcceptor::from(self.0.clone())
            .accept(stream)
            .await
    }
}

impl fmt::Debug for Tls {
    /// Leaves the key out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}
