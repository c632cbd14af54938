//! Fingerprints of certificates.

use std::fmt;
use std::str::FromStr;

use super::HttpConfigError;

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
        parsed.map(Self).map_err(|message| HttpConfigError::new("pin", message))
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
        if let Some(byte) = fingerprint.get_mut(digits / 2) {
            *byte = *byte << 4 | value;
        }
        digits += 1;
    }
    match digits {
        64 => Ok(fingerprint),
        40 => Err("40 hexadecimal digits are a SHA-1 fingerprint; a pin needs SHA-256, which has 64".into()),
        n => Err(format!("a SHA-256 fingerprint has 64 hexadecimal digits, and this one has {n}")),
    }
}

fn from_base64(text: &str) -> Result<[u8; 32], String> {
    let body = text.strip_suffix('=').unwrap_or(text);
    if body.len() != 43 {
        return Err("a SHA-256 fingerprint in base64 has 43 characters and one `=`".into());
    }
    let mut fingerprint = [0; 32];
    // Bits above the lowest 14 are never looked at again and fall off the top.
    let (mut bits, mut held) = (0_u32, 0);
    let mut bytes = fingerprint.iter_mut();
    for c in body.chars() {
        let value = match c {
            'A'..='Z' => c as u32 - 'A' as u32,
            'a'..='z' => c as u32 - 'a' as u32 + 26,
            '0'..='9' => c as u32 - '0' as u32 + 52,
            '+' => 62,
            '/' => 63,
            _ => return Err(format!("{c:?} is not a character of base64")),
        };
        bits = bits << 6 | value;
        held += 6;
        if held >= 8 {
            held -= 8;
            if let Some(byte) = bytes.next() {
                *byte = (bits >> held).to_le_bytes()[0];
            }
        }
    }
    if bits & ((1 << held) - 1) != 0 {
        return Err("the last character of the base64 is wrong, so a part may be missing".into());
    }
    Ok(fingerprint)
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
