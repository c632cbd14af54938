//! A base URL that is accepted stays the beginning of what is built on it; one that is refused shows no password.

#![no_main]

use std::net::Ipv4Addr;

use cloud_clients_fuzz::{shown, texts};
use cloud_core::config::{BaseUrl, Origin, Setting};
use libfuzzer_sys::fuzz_target;
use url::Url;

const PASSWORD: &str = "hunter2";

fuzz_target!(|data: &[u8]| {
    let [text] = texts(data);
    let parse = |text: &str, http| {
        BaseUrl::parse(
            &Setting::new(text.to_owned(), Origin::Builder("endpoint")),
            http,
        )
    };
    for allow_http in [false, true] {
        let base = match parse(&text, allow_http) {
            Ok(base) => base,
            Err(error) => {
                // Also of one who forgot the scheme.
                let spelled = [text.trim().to_owned(), format!("https://{}", text.trim())];
                let has_password = |text: &String| {
                    Url::parse(text).is_ok_and(|url| url.password() == Some(PASSWORD))
                };
                if spelled.iter().any(has_password) && text.matches(PASSWORD).count() == 1 {
                    assert!(!shown(&error).contains(PASSWORD), "{error}");
                }
                continue;
            }
        };
        assert_eq!(
            parse(base.as_str(), allow_http).unwrap(),
            base,
            "read again"
        );
        let whole = Url::parse(&format!("{base}/a/b?c=d")).unwrap();
        let given = Url::parse(text.trim()).unwrap();
        assert_eq!(
            (whole.scheme(), whole.host(), whole.port()),
            (given.scheme(), given.host(), given.port())
        );
        assert!(
            whole.path().ends_with("/a/b")
                && whole.path().starts_with(given.path().trim_end_matches('/'))
        );
        assert_eq!((whole.query(), whole.fragment()), (Some("c=d"), None));
        assert!(whole.username().is_empty() && whole.password().is_none());
        assert_eq!(base.is_plain_http(), whole.scheme() == "http");
        if base.is_plain_http() && !allow_http {
            let host = whole.host_str().unwrap();
            assert!(
                host == "localhost"
                    || host == "[::1]"
                    || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
            );
        }
    }
});
