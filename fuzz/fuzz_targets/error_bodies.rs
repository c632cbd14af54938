//! No answer makes an error of any provider that shows a secret of the client, in whatever spelling the answer has it.

#![no_main]

use std::fmt::Write as _;
use std::sync::Arc;

use cloud_clients_fuzz::{answer, clock, parts, run, shared, shown, wire};
use cloud_core::Error;
use cloud_core::retry::StandardRetry;
use cloud_core::transport::Transport;
use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sahara::keystone::{Project, User};
use sahara::{Cloud, Login, Version};

/// Of every provider: with quotes and all that stands for something else somewhere.
const SECRET: &str = r#"pa"+/\Zq7rT0kenThatNobodyMaySee4kWx&%=Lm2Pv8Bn5x"#;

/// What no way of printing changes.
const CORE: &str = "Zq7rT0kenThatNobodyMaySee4kWx";

/// A part of the Base64 of it, wherever in a longer text it begins.
fn in_base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits = three
            .iter()
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for index in 0..=three.len() {
            encoded.push(char::from(DIGITS[bits >> (18 - 6 * index) & 63]));
        }
    }
    encoded
}

/// What stands in the input where the answer repeats the secret, and how it does. Longer words come first, since all
/// begin in the same way.
fn spellings() -> [(&'static str, String); 8] {
    let percent = utf8_percent_encode(SECRET, NON_ALPHANUMERIC).to_string();
    let units = SECRET.chars().fold(String::new(), |mut text, char| {
        let _ = write!(text, "\\u{:04x}", u32::from(char));
        text
    });
    let json = SECRET.replace('\\', r"\\").replace('"', r#"\""#);
    let html = SECRET.replace('&', "&amp;").replace('"', "&quot;");
    [
        ("SECRET_PERCENT2", percent.replace('%', "%25")),
        ("SECRET_PERCENT", percent),
        ("SECRET_UNITS", units),
        ("SECRET_JSON", json),
        ("SECRET_HTML", html),
        ("SECRET_BASE64", in_base64(SECRET)),
        ("SECRET_PAIR", in_base64(&format!("ann:{SECRET}"))),
        ("SECRET", SECRET.to_owned()),
    ]
}

fn check(what: &str, error: &Error, typed: Option<String>) {
    let text = format!("{}\n{}", shown(error), typed.unwrap_or_default());
    assert!(!text.contains(CORE), "{what}: {text}");
    for (_, spelling) in spellings() {
        // The middle, which is there whatever has become of the ends.
        let middle = &spelling[spelling.len() / 3..spelling.len() / 2];
        assert!(!text.contains(middle), "{what}: {text}");
    }
}

async fn hetzner(wire: &Arc<dyn Transport>) {
    let builder = hetzner::Client::builder()
        .token(SECRET)
        .transport(wire.clone())
        .clock(clock())
        .retry(StandardRetry::never());
    if let Err(error) = builder.build().unwrap().servers().get(1).await {
        let typed = error.api::<hetzner::ApiError>();
        check("hetzner", &error, typed.map(|api| format!("{api} {api:?}")));
    }
}

async fn ovh(wire: &Arc<dyn Transport>) {
    let builder = || {
        ovh::Client::builder()
            .transport(wire.clone())
            .clock(clock())
            .retry(StandardRetry::never())
            .time_offset(0)
            .pace(None)
    };
    let signing = builder().application("application-key", SECRET);
    for builder in [
        signing.consumer_key(SECRET),
        builder().oauth2("id", SECRET),
        builder().access_token(SECRET),
    ] {
        if let Err(error) = builder.build().unwrap().me().get().await {
            let typed = error.api::<ovh::ApiError>();
            check("ovh", &error, typed.map(|api| format!("{api} {api:?}")));
        }
    }
}

async fn ionos(wire: &Arc<dyn Transport>) {
    let builder = || {
        ionos_dataplatform::Client::builder()
            .transport(wire.clone())
            .clock(clock())
            .retry(StandardRetry::never())
    };
    for builder in [builder().token(SECRET), builder().basic("ann", SECRET)] {
        if let Err(error) = builder.build().unwrap().clusters().get("x").await {
            let typed = error.api::<ionos_dataplatform::ApiError>();
            check("ionos", &error, typed.map(|api| format!("{api} {api:?}")));
        }
    }
}

async fn vdk(wire: &Arc<dyn Transport>) {
    let builder = || {
        vdk_control::Client::builder()
            .endpoint("http://localhost:8092")
            .transport(wire.clone())
            .clock(clock())
            .retry(StandardRetry::never())
    };
    let tokens = "http://localhost:8092/token";
    for builder in [
        builder().token(SECRET),
        builder().api_token(SECRET, tokens),
        builder().client_credentials(tokens, "me", SECRET),
    ] {
        if let Err(error) = builder.build().unwrap().team("t").job("j").get().await {
            let typed = error.api::<vdk_control::ApiError>();
            check("vdk", &error, typed.map(|api| format!("{api} {api:?}")));
        }
    }
}

async fn keystone(wire: &Arc<dyn Transport>) {
    let login = Login::password(
        User::named("demo", "Default"),
        SECRET,
        Project::named("demo", "Default"),
    );
    let builder = Cloud::builder()
        .auth_url("https://keystone.test")
        .login(login)
        .transport(wire.clone())
        .clock(clock())
        .retry(StandardRetry::never());
    let connect = builder.build().unwrap().data_processing();
    if let Err(error) = connect.version(Version::V2).await {
        let typed = error.api::<sahara::ApiError>();
        check(
            "keystone",
            &error,
            typed.map(|api| format!("{api} {api:?}")),
        );
    }
}

fuzz_target!(|data: &[u8]| {
    let [status, headers, body] = parts(data);
    let number = String::from_utf8_lossy(status).trim().parse().ok();
    let status = number
        .filter(|status| (200..600).contains(status))
        .unwrap_or(400);
    let repeat = |text: &str| {
        let all = spellings().into_iter();
        all.fold(text.to_owned(), |text, (mark, spelling)| {
            text.replace(mark, &spelling)
        })
    };
    let headers = repeat(&String::from_utf8_lossy(headers));
    let body = match std::str::from_utf8(body) {
        Ok(text) => repeat(text).into_bytes(),
        Err(_) => body.to_vec(),
    };
    run(async {
        let wire = wire(move |_| answer(status, &headers, &body));
        let wire = shared(&wire);
        hetzner(&wire).await;
        ovh(&wire).await;
        ionos(&wire).await;
        vdk(&wire).await;
        keystone(&wire).await;
    });
});
