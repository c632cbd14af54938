//! An instant that is read is written as it is read again, and no conversion of it fails.

#![no_main]

use std::time::SystemTime;

use cloud_clients_fuzz::texts;
use cloud_core::model::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [text, other] = texts(data);
    let json = serde_json::to_string(&text).unwrap();
    let (Ok(instant), read) = (
        text.parse::<Timestamp>(),
        serde_json::from_str::<Timestamp>(&json),
    ) else {
        assert!(serde_json::from_str::<Timestamp>(&json).is_err());
        return;
    };
    assert_eq!(read.unwrap(), instant);
    assert_eq!(instant.to_string().parse::<Timestamp>().unwrap(), instant);
    assert_eq!(
        serde_json::from_str::<Timestamp>(&serde_json::to_string(&instant).unwrap()).unwrap(),
        instant
    );
    assert_eq!(Timestamp::from(SystemTime::from(instant)), instant);
    let whole = Timestamp::from_unix(instant.as_unix()).unwrap();
    assert!(whole.age(instant).max(instant.age(whole)).as_secs() == 0);
    if let Ok(other) = other.parse::<Timestamp>() {
        let (back, forth) = (instant.age(other), other.age(instant));
        assert!(back.is_zero() || forth.is_zero());
        assert_eq!(instant <= other, forth.is_zero());
    }
});
