//! A label selector that is read is written as it is read again; labels that are accepted can be asked for, and the
//! sandbox agrees about both.

#![no_main]

use cloud_clients_fuzz::texts;
use hetzner::{LabelSelector, Labels};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [text, key, value] = texts(data);
    match LabelSelector::parse(&text) {
        Err(error) => {
            assert!(
                text.is_char_boundary(error.position().min(text.len()))
                    || error.position() <= text.chars().count()
            );
            assert!(!error.to_string().is_empty());
        }
        Ok(selector) => {
            let written = selector.to_string();
            assert_eq!(
                LabelSelector::parse(&written).as_ref(),
                Ok(&selector),
                "{written}"
            );
            assert_eq!(selector.is_empty(), written.is_empty());
        }
    }
    let labels = Labels::from_iter([(&*key, &*value)]);
    if labels.check().is_ok() {
        for selector in [
            LabelSelector::new().equals(&*key, &*value),
            LabelSelector::new()
                .lacks(&*key)
                .any_of(&*key, [&*value, &*value]),
            LabelSelector::new()
                .has(&*key)
                .not_equals(&*key, &*value)
                .none_of(&*key, [&*value]),
        ] {
            // No list holds an empty value.
            assert_eq!(
                selector.check().is_ok(),
                !value.is_empty() || !selector.to_string().contains("in (")
            );
            if selector.check().is_err() {
                continue;
            }
            let written = selector.to_string();
            assert_eq!(LabelSelector::parse(&written), Ok(selector), "{written}");
        }
    }
});
