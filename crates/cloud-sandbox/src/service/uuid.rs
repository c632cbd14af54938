/// A random UUID.
pub(crate) fn uuid(rng: &mut fastrand::Rng) -> String {
    // Version 4, variant 1, as RFC 9562 has them.
    let bits = rng.u128(..) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_version_four() {
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..1000 {
            let id = uuid(&mut rng);
            for (at, byte) in id.bytes().enumerate() {
                let is_right = match at {
                    8 | 13 | 18 | 23 => byte == b'-',
                    14 => byte == b'4',
                    19 => b"89ab".contains(&byte),
                    _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
                };
                assert!(is_right, "{id}");
            }
            assert_eq!(id.len(), 36);
        }
    }
}
