use std::net::{Ipv4Addr, Ipv6Addr};

use super::rr::RrType;
use crate::model::Txt;

/// What a value means, where the same can be written in several ways. Values that mean the same are one record.
pub(super) fn meaning(kind: &RrType, value: &str) -> Vec<u8> {
    let words = || value.split_whitespace().collect::<Vec<_>>().join(" ");
    match kind {
        kind if kind.is_text() => text(value),
        RrType::A => match value.parse::<Ipv4Addr>() {
            Ok(address) => address.to_string().into_bytes(),
            Err(_) => words().into_bytes(),
        },
        RrType::Aaaa => match value.parse::<Ipv6Addr>() {
            Ok(address) => address.to_string().into_bytes(),
            Err(_) => words().into_bytes(),
        },
        // Host names and hexadecimal digits know no case.
        RrType::Cname
        | RrType::Dname
        | RrType::Ds
        | RrType::Mx
        | RrType::Ns
        | RrType::Ptr
        | RrType::Rp
        | RrType::Soa
        | RrType::Srv
        | RrType::Sshfp
        | RrType::Tlsa => words().to_ascii_lowercase().into_bytes(),
        // The value of a property may be quoted or not.
        RrType::Caa => match value
            .trim()
            .splitn(3, char::is_whitespace)
            .collect::<Vec<_>>()[..]
        {
            [flags, tag, value] => {
                // RFC 8659, 4.1: tags know no case.
                let property = format!("{flags} {} ", tag.to_ascii_lowercase());
                [property.into_bytes(), text(value.trim())].concat()
            }
            _ => words().into_bytes(),
        },
        // Other values may know case, as the expressions of NAPTR records do (RFC 3403, 4.1).
        _ => words().into_bytes(),
    }
}

/// The text of a value that may be quoted or not, and cut anywhere: what counts is the text. Not all that begins with a
/// quote is quoted.
fn text(value: &str) -> Vec<u8> {
    let quoted = value.starts_with('"').then(|| value.parse::<Txt>().ok());
    let txt = quoted.flatten();
    txt.map_or_else(|| value.as_bytes().to_vec(), |txt| txt.as_bytes().to_vec())
}

/// The mail policy that a text is, by what it begins with: its own type where the service has one.
pub(super) fn policy(kind: &RrType, value: &str) -> Option<RrType> {
    if *kind != RrType::Txt {
        return kind.is_text().then(|| kind.clone());
    }
    let text = String::from_utf8_lossy(&text(value)).to_ascii_lowercase();
    // The version ends with a blank in SPF (RFC 7208, 4.5), and with a semicolon in DKIM and DMARC, whose tags have one
    // between them (RFC 6376, 3.6.1; RFC 7489, 6.3).
    match text.split([' ', ';']).next()? {
        "v=spf1" => Some(RrType::Spf),
        "v=dkim1" => Some(RrType::Dkim),
        "v=dmarc1" => Some(RrType::Dmarc),
        _ => None,
    }
}
