//! Public keys of SSH, as OpenSSH and RFC 4716 write them.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// As lenient as the programs that read keys: bits beyond the last byte do not matter.
const KEY_TEXT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The types, and the bits of those that have a fixed number of them.
const TYPES: [(&str, Option<usize>); 7] = [
    ("ssh-rsa", None),
    ("ssh-ed25519", Some(256)),
    ("ecdsa-sha2-nistp256", Some(256)),
    ("ecdsa-sha2-nistp384", Some(384)),
    ("ecdsa-sha2-nistp521", Some(521)),
    ("sk-ssh-ed25519@openssh.com", Some(256)),
    ("sk-ecdsa-sha2-nistp256@openssh.com", Some(256)),
];

/// A public key, without its comment.
pub(crate) struct PublicKey {
    kind: &'static str,
    bits: Option<usize>,
    blob: Vec<u8>,
}

impl PublicKey {
    /// A key on one line: type, Base64, comment.
    pub(crate) fn openssh(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let kind = words.next()?;
        let key = Self::of_blob(KEY_TEXT.decode(words.next()?).ok()?)?;
        // The type stands twice, on the line and in the blob; OpenSSH takes no key in which they differ.
        (key.kind == kind).then_some(key)
    }

    /// A key between two lines of dashes.
    pub(crate) fn ssh2(text: &str) -> Option<Self> {
        let body = text
            .trim()
            .strip_prefix("---- BEGIN SSH2 PUBLIC KEY ----")?;
        let body = body.strip_suffix("---- END SSH2 PUBLIC KEY ----")?;
        let mut base64 = String::new();
        let mut is_header = false;
        for line in body.lines().map(str::trim) {
            // A header has a colon, and goes on where its line ends with a backslash.
            if is_header || line.contains(':') {
                is_header = line.ends_with('\\');
            } else {
                base64.push_str(line);
            }
        }
        Self::of_blob(KEY_TEXT.decode(base64).ok()?)
    }

    /// The blob begins with the length of the type and the type itself.
    fn of_blob(blob: Vec<u8>) -> Option<Self> {
        // RFC 4253 (6.6): a text with its length in four bytes before it.
        let (name, rest) = field(&blob)?;
        let (kind, bits) = TYPES
            .into_iter()
            .find(|(kind, _)| kind.as_bytes() == name)?;
        (!rest.is_empty()).then_some(Self { kind, bits, blob })
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// How long the key is, in bits: what follows the exponent of an RSA key.
    pub(crate) fn bits(&self) -> usize {
        let modulus = || {
            // RFC 4253 (6.6): `ssh-rsa`, the exponent, the modulus.
            let (_, rest) = field(&self.blob)?;
            let (_, rest) = field(rest)?;
            let (modulus, _) = field(rest)?;
            let first = modulus.iter().position(|byte| *byte != 0)?;
            // A number whose first bit is set has a zero byte before it (`mpint` in RFC 4251, 5), which is none of
            // its bits.
            let spare = usize::try_from(modulus[first].leading_zeros()).ok()?;
            Some((modulus.len() - first) * 8 - spare)
        };
        self.bits.or_else(modulus).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        let base64 = base64::engine::general_purpose::STANDARD.encode(&self.blob);
        format!("{} {base64}", self.kind)
    }

    /// The MD5 fingerprint.
    pub(crate) fn fingerprint(&self) -> String {
        // As `ssh-keygen -E md5` writes it, without its prefix.
        let digits = md5::compute(&self.blob);
        let digits: Vec<_> = digits.iter().map(|byte| format!("{byte:02x}")).collect();
        digits.join(":")
    }
}

/// What begins with its length, and what follows it.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

    #[test]
    fn only_whole_keys_are_keys() {
        let key = |text: &str| PublicKey::openssh(text).map(|key| key.fingerprint());
        assert!(key(&format!("ssh-ed25519 {KEY} me@example.com")).is_some());
        assert_eq!(key(&format!("ssh-rsa {KEY}")), None);
        assert_eq!(key("ssh-ed25519"), None);
        assert_eq!(key("ssh-ed25519 AAAA"), None);
        assert_eq!(key(KEY), None);
    }

    #[test]
    fn both_forms_are_the_same_key() {
        let (first, rest) = KEY.split_at(30);
        let ssh2 = format!(
            "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"two \\\nlines\"\n{first}\n{rest}\n---- END SSH2 PUBLIC KEY ----\n"
        );
        let ssh2 = PublicKey::ssh2(&ssh2).unwrap();
        assert_eq!(ssh2.text(), format!("ssh-ed25519 {KEY}"));
        assert_eq!((ssh2.kind(), ssh2.bits()), ("ssh-ed25519", 256));
        assert!(PublicKey::ssh2(KEY).is_none());
    }

    #[test]
    fn the_bits_of_an_rsa_key_are_those_of_its_modulus() {
        let mut blob = Vec::new();
        let modulus = [&[0, 0x80][..], &[1; 255]].concat();
        for part in [b"ssh-rsa".as_slice(), &[1, 0, 1], &modulus] {
            blob.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
            blob.extend(part);
        }
        assert_eq!(PublicKey::of_blob(blob).unwrap().bits(), 2048);
    }
}
