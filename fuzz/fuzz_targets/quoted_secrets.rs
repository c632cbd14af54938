//! What a message quotes of a secret does not outlive reading it, whatever stands around it.

#![no_main]

use cloud_clients_fuzz::texts;
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;
use sahara::ApiError;
use serde_json::json;

const SECRET: &str = "hunter2hunter2";

fuzz_target!(|data: &[u8]| {
    let [before, behind, token, quote] = texts(data);
    for object in [
        r#"{"password": "hunter2hunter2"}"#,
        "{'secretkey': u'hunter2hunter2'}",
    ] {
        let message = format!("{before}{object}{behind}");
        if message.matches(SECRET).count() > 1 {
            continue;
        }
        let body = json!({"error_name": "VALIDATION_ERROR", "error_message": message}).to_string();
        let error = ApiError::parse(400, &HeaderMap::new(), body.as_bytes()).unwrap();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET), "{shown}");
    }

    // A token as the service has them, and a quote of its beginning.
    if token.len() < 8 || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return;
    }
    let said = quote.replace('$', &token).replace('%', &token[..8]);
    let shown = hetzner::error::redact(&said, &token);
    assert!(
        !shown.contains(&token[..8]) || "[redacted]".contains(&token[..8]),
        "{shown}"
    );
    assert_eq!(shown == said, !said.contains(&token[..8]));
});
