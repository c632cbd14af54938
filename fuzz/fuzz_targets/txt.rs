//! The value of a TXT record that is read means the same when it is quoted anew.

#![no_main]

use cloud_clients_fuzz::texts;
use cloud_core::model::Txt;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [text] = texts(data);
    let quoted = Txt::from_text(&text);
    assert_eq!(quoted.as_bytes(), text.as_bytes());
    assert_eq!(quoted.as_str().parse::<Txt>().unwrap(), quoted);
    let Ok(read) = text.parse::<Txt>() else {
        return;
    };
    assert_eq!(read.as_str().parse::<Txt>().unwrap(), read, "read again");
    if std::str::from_utf8(read.as_bytes()).is_ok() {
        assert_eq!(Txt::from_text(read.to_text()).as_bytes(), read.as_bytes());
    }
    // Two values beside each other are the strings of both.
    let twice: Txt = format!("{read} {read}").parse().unwrap();
    assert_eq!(
        twice.as_bytes(),
        [read.as_bytes(), read.as_bytes()].concat()
    );
});
