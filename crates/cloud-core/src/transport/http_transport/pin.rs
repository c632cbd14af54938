//! Fingerprints of certificates.

use std::fmt;
use std::str::FromStr;

use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;
use base64::{DecodeError, Engine as _};

use super::HttpConfigError;

const BASE64_LENGTH: &str = "a SHA-256 fingerprint in base64 has 43 characters and one `=`";

/// The SHA-256 fingerprint of a server's own certificate in its DER form: what
/// `openssl x509 -noout -fingerprint -sha256` prints.
///
/// It is read from 64 hexadecimal digits in either case, with or without colons and spaces, after an optional
/// `sha256:`; or from `sha256/` and base64. It is the fingerprint of the whole certificate, not of its public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CertificatePin([u8; 32]);

/// What certificate pins stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PinMode {
    /// The certificate must pass the usual checks (a trusted authority, the right name, not expired) and match a pin.
    #[default]
    Strict,
    /// The certificate must match a pin, and nothing else is checked but that the server holds its private key. For
    /// self-signed certificates.
    Replace,
}

impl CertificatePin {
    /// A pin from the 32 bytes of the fingerprint.
    pub const fn from_sha256(fingerprint: [u8; 32]) -> Self {
        Self(fingerprint)
    }

    /// The 32 bytes of the fingerprint.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for CertificatePin {
    type Err = HttpConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let parsed = match split_prefix(text, "sha256/") {
            Some(base64) => from_base64(base64),
            None => from_hex(split_prefix(text, "sha256:").unwrap_or(text)),
        };
        parsed
            .map(Self)
            .map_err(|message| HttpConfigError::new("pin", message))
    }
}

fn split_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn from_hex(text: &str) -> Result<[u8; 32], String> {
    let mut fingerprint = [0; 32];
    let mut digits = 0;
    for c in text.chars().filter(|c| *c != ':' && !c.is_whitespace()) {
        let Some(value) = c.to_digit(16).and_then(|value| u8::try_from(value).ok()) else {
            return Err(format!(
                "{c:?} is not a hexadecimal digit; a fingerprint is 64 of them, or `sha256/` and base64"
            ));
        };
        // Those that are too many are only counted, for the message.
        if let Some(byte) = fingerprint.get_mut(digits / 2) {
            *byte = *byte << 4 | value;
        }
        digits += 1;
    }
    match digits {
        64 => Ok(fingerprint),
        40 => Err(
            "40 hexadecimal digits are a SHA-1 fingerprint; a pin needs SHA-256, which has 64"
                .into(),
        ),
        n => Err(format!(
            "a SHA-256 fingerprint has 64 hexadecimal digits, and this one has {n}"
        )),
    }
}

fn from_base64(text: &str) -> Result<[u8; 32], String> {
    let bytes = STANDARD_PAD_INDIFFERENT
        .decode(text)
        .map_err(|error| match error {
            DecodeError::InvalidByte(at, _) => {
                let c = text
                    .get(at..)
                    .and_then(|rest| rest.chars().next())
                    .unwrap_or('=');
                format!("{c:?} is not a character of base64, or not in this place")
            }
            DecodeError::InvalidLastSymbol { .. } => {
                "the last character of the base64 is wrong, so a part may be missing".into()
            }
            DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => BASE64_LENGTH.to_owned(),
        })?;
    bytes.try_into().map_err(|_| BASE64_LENGTH.to_owned())
}

impl fmt::Display for CertificatePin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CertificatePin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificatePin({self})")
    }
}
