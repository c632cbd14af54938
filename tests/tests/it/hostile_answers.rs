//! A service that repeats what it was sent, in every spelling, at every place of an answer: no error shows it.

use std::any::Any;
use std::collections::HashSet;
use std::error::Error as _;
use std::fmt::{Debug, Display, Write as _};
use std::sync::Arc;

use async_trait::async_trait;
use cloud_core::Error;
use cloud_core::body::Body;
use cloud_core::credential::{Credential, Token, TokenSource};
use cloud_core::retry::StandardRetry;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::transport::Transport;
use http::Request;
use sahara::IdOrName;
use sahara::Login;
use sahara::keystone::{ApplicationCredential, Project, User};
use serde_json::{Value, json};

/// With what is written in more than one way.
const PASSWORD: &str = "Zq\"7r/T0ken+That\\Nobody'May<See&4kWx";

/// What may stand in a header as it is.
const TOKEN: &str = "Yp8sU1lfo/Uibu+Opcpez_Nbz~Tff=5lXy";

/// What a token service gives.
const FETCHED: &str = "Xo9tV2mgp.Vjcv-Pqdqf+Oca/Ugg";

/// What it gives beside it.
const REFRESHED: &str = "Wn0uW3nhq+Wkdw/Qrerg.Pdb-Vhh";

/// The bytes in Base64.
fn base64(text: &str, alphabet: [char; 2]) -> String {
    let digit = |six: u32| match u8::try_from(six & 63).unwrap() {
        six @ 0..26 => char::from(b'A' + six),
        six @ 26..52 => char::from(b'a' + six - 26),
        six @ 52..62 => char::from(b'0' + six - 52),
        62 => alphabet[0],
        _ => alphabet[1],
    };
    let mut encoded = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits = three
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for index in 0..=three.len() {
            encoded.push(digit(bits >> (18 - 6 * index)));
        }
    }
    encoded
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02x}").unwrap();
        }
        text
    })
}

fn escaped(text: &str) -> String {
    let text = Value::from(text).to_string();
    text[1..text.len() - 1].to_owned()
}

fn spellings(secret: &str) -> Vec<String> {
    let each = |write: &dyn Fn(&mut String, char)| {
        secret.chars().fold(String::new(), |mut text, char| {
            write(&mut text, char);
            text
        })
    };
    let mut all = vec![
        secret.to_owned(),
        percent(secret),
        percent(&percent(secret)),
        escaped(secret),
        escaped(&escaped(secret)),
        escaped(&escaped(&escaped(secret))),
        escaped(secret).replace('/', "\\/"),
        each(&|text, char| write!(text, "\\u{:04x}", u32::from(char)).unwrap()),
        each(&|text, char| write!(text, "%{:02X}", u32::from(char)).unwrap()),
        each(&|text, char| write!(text, "&#{};", u32::from(char)).unwrap()),
        each(&|text, char| write!(text, "&#x{:X};", u32::from(char)).unwrap()),
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;")
            .replace('\'', "&apos;"),
    ];
    for (before, alphabet) in [
        ("", ['+', '/']),
        ("a:", ['-', '_']),
        ("an:", ['+', '/']),
        ("ann:", ['+', '/']),
    ] {
        all.push(base64(&format!("{before}{secret}"), alphabet));
    }
    all.push(percent(&base64(secret, ['+', '/'])));
    all
}

/// Answers that repeat the text: status, headers, body.
fn answers(text: &str) -> Vec<(u16, String, String)> {
    // The forms of all providers in one, but for two that give `error` to different things.
    let with = |error: Value| {
        json!({"error": error, "errorCode": text, "message": text, "details": {text: 1},
            "messages": [{"errorCode": text, "message": "x"}, text], "what": text,
            "error_name": text, "error_description": text})
        .to_string()
    };
    let object = json!({"code": text, "message": text,
        "details": {"fields": [{"name": text, "messages": [text]}], "limits": [{"name": text}]}});
    let header: String = text.chars().filter(|c| (' '..='~').contains(c)).collect();
    let mut all = Vec::new();
    for (status, body) in [
        (401, with(object)),
        (503, with(text.into())),
        (
            401,
            format!("<html><title>{text}</title><body>{text}</body></html>"),
        ),
        (403, text.to_owned()),
        (400, Value::from(text).to_string()),
        // Cut in the middle of it, as it is kept.
        (503, format!("{}{text}", "x".repeat(4080))),
    ] {
        all.push((status, body));
    }
    all.push((302, text.to_owned()));
    for body in [
        text.to_owned(),
        format!("<html><title>{text}</title>"),
        Value::from(text).to_string(),
        json!({text: {text: text}}).to_string(),
        json!([{text: text}]).to_string(),
        json!({"server": {"id": text}, "servers": [{text: {}}, text], "data": text, "versions": text}).to_string(),
        json!({"server": {"labels": {text: {}}}, "error": text, "error_description": text, "token": text,
            "access_token": {text: 1}, "job_name": {text: 1}, "items": text, "nichandle": {text: 1}})
        .to_string(),
    ] {
        all.push((200, body));
    }
    // Looking through headers takes its time too; once for each way of making an error is enough.
    all.into_iter()
        .map(|(status, body)| {
            if body.starts_with('<') || status == 302 {
                (status, header.clone(), body)
            } else {
                (status, String::new(), body)
            }
        })
        .collect()
}

fn hostile(status: u16, header: &str, body: &str) -> Scripted {
    let names = [
        "x-correlation-id",
        "x-ovh-queryid",
        "x-openstack-request-id",
        "x-opid",
        "location",
        "retry-after",
    ];
    Scripted::with_headers(status, &names.map(|name| (name, header)), body)
}

/// A transport whose token services answer as they should.
fn honest_tokens(status: u16, header: String, body: String) -> Arc<dyn Transport> {
    Arc::new(ScriptedTransport::from_fn(move |request| {
        match request.uri().path() {
            "/oauth/token" | "/auth/oauth2/token" => Scripted::json(
                200,
                json!({"access_token": FETCHED, "refresh_token": REFRESHED, "expires_in": 3600}).to_string(),
            ),
            "/v3/auth/tokens" => Scripted::with_headers(
                201,
                &[("x-subject-token", FETCHED)],
                json!({"token": {"expires_at": "2999-01-01T00:00:00.000000Z", "issued_at": "2998-12-31T00:00:00.000000Z",
                    "catalog": [{"type": "data-processing", "name": "sahara", "endpoints":
                        [{"interface": "public", "region": "R", "region_id": "R", "url": "https://sahara.test/v2"}]}]}})
                .to_string(),
            ),
            "/v2.0/tokens" => Scripted::json(
                200,
                json!({"access": {"token": {"id": FETCHED, "expires": "2999-01-01T00:00:00Z",
                    "issued_at": "2998-12-31T00:00:00.000000", "tenant": {"id": "t", "name": "t"}},
                    "serviceCatalog": [{"type": "data-processing", "name": "sahara", "endpoints":
                        [{"region": "R", "publicURL": "https://sahara.test/v1.1/t"}]}]}})
                .to_string(),
            ),
            "/auth/time" | "/1.0/auth/time" => Scripted::json(200, "4102444800"),
            _ => hostile(status, &header, &body),
        }
    }))
}

/// One whose token services are no better.
fn hostile_tokens(status: u16, header: String, body: String) -> Arc<dyn Transport> {
    Arc::new(ScriptedTransport::from_fn(move |_| {
        hostile(status, &header, &body)
    }))
}

fn all_of<T: Any + Debug + Display>(error: &Error) -> String {
    let mut text = format!(
        "{error}\n{error:?}\n{error:#?}\n{}\n{:?}\n{:?}\n{:?}\n{:?}",
        error.message(),
        error.code(),
        error.fields(),
        error.correlation_id(),
        error.json_path(),
    );
    if let Some(details) = error.api::<T>() {
        write!(text, "\n{details}\n{details:?}\n{details:#?}").unwrap();
    }
    let body = error
        .body()
        .map(|body| String::from_utf8_lossy(body).into_owned());
    write!(text, "\n{}", body.unwrap_or_default()).unwrap();
    let mut source = error.source();
    while let Some(cause) = source {
        write!(text, "\n{cause}\n{cause:?}").unwrap();
        source = cause.source();
    }
    text
}

/// The pieces of seven letters and digits in a text: no way of printing changes them.
fn pieces(text: &str) -> HashSet<&[u8]> {
    let windows = text.as_bytes().windows(7);
    windows
        .filter(|window| window.iter().all(u8::is_ascii_alphanumeric))
        .collect()
}

/// A piece of one of the spellings that is in the text.
fn leak<'t>(text: &'t str, spellings: &'t [String]) -> Option<&'t str> {
    let shown = pieces(text);
    spellings.iter().find_map(|spelling| {
        if text.contains(spelling.as_str()) {
            return Some(spelling.as_str());
        }
        let piece = pieces(spelling)
            .into_iter()
            .find(|piece| shown.contains(piece))?;
        std::str::from_utf8(piece).ok()
    })
}

#[derive(Clone, Debug)]
struct Source;

#[async_trait]
impl TokenSource for Source {
    async fn fetch(&self) -> cloud_core::Result<Token> {
        Ok(Token {
            secret: FETCHED.into(),
            lifetime: None,
        })
    }
}

/// A credential that marks nothing as sensitive.
#[derive(Debug)]
struct Own(String);

#[async_trait]
impl Credential for Own {
    async fn authorize(&self, request: &mut Request<Body>) -> cloud_core::Result<u64> {
        request
            .headers_mut()
            .insert("authorization", self.0.parse().unwrap());
        Ok(0)
    }
}

/// What one client shows, and whether it has fetched a token before.
struct Shown {
    client: String,
    fetched: bool,
    text: String,
}

/// What the clients of all providers show, with every form of credential that has this secret.
async fn shown(secret: &str, transport: &Arc<dyn Transport>) -> Vec<Shown> {
    let mut all = hetzner(secret, transport).await;
    all.extend(ovh(secret, transport).await);
    all.extend(ionos(secret, transport).await);
    all.extend(vdk(secret, transport).await);
    all.extend(sahara(secret, transport).await);
    all
}

fn show<T: Any + Debug + Display>(
    client: &str,
    fetched: bool,
    errors: impl IntoIterator<Item = Option<Error>>,
) -> impl Iterator<Item = Shown> {
    errors.into_iter().flatten().map(move |error| Shown {
        client: client.to_owned(),
        fetched,
        text: all_of::<T>(&error),
    })
}

async fn hetzner(secret: &str, transport: &Arc<dyn Transport>) -> Vec<Shown> {
    let builder = hetzner::Client::builder()
        .token(secret)
        .transport(transport.clone());
    let builder = builder
        .clock(PausedClock::new())
        .retry(StandardRetry::never());
    let api = builder.build().unwrap();
    let errors = [
        api.servers().get(1).await.err(),
        api.servers().list().page().await.err(),
    ];
    show::<hetzner::ApiError>("hetzner", false, errors).collect()
}

async fn ovh(secret: &str, transport: &Arc<dyn Transport>) -> Vec<Shown> {
    let builder = || {
        ovh::Client::builder()
            .transport(transport.clone())
            .clock(PausedClock::new())
            .retry(StandardRetry::never())
            .pace(None)
    };
    let clients = [
        (
            "consumer key",
            builder()
                .application("key", "other-secret")
                .consumer_key(secret)
                .time_offset(0),
        ),
        (
            "application",
            builder()
                .application("key", secret)
                .consumer_key("other-key"),
        ),
        ("access token", builder().access_token(secret)),
        ("oauth2", builder().oauth2("id", secret)),
    ];
    let mut all = Vec::new();
    for (name, builder) in clients {
        let api = builder.build().unwrap();
        let errors = [api.get("/me").send_as::<u64>().await.err()];
        all.extend(show::<ovh::ApiError>(name, name == "oauth2", errors));
    }
    all
}

async fn ionos(secret: &str, transport: &Arc<dyn Transport>) -> Vec<Shown> {
    let builder = || {
        ionos_dataplatform::Client::builder()
            .transport(transport.clone())
            .clock(PausedClock::new())
            .retry(StandardRetry::never())
    };
    let clients = [
        ("ionos basic", builder().basic("ann", secret)),
        ("ionos token", builder().token(secret)),
        ("ionos source", builder().token_source(Source)),
    ];
    let mut all = Vec::new();
    for (name, builder) in clients {
        let api = builder.build().unwrap();
        let uuid = "498ae72f-411f-11eb-9d07-046c59cc737e";
        let errors = [api.clusters().get(uuid).await.err()];
        all.extend(show::<ionos_dataplatform::ApiError>(
            name,
            name == "ionos source",
            errors,
        ));
    }
    all
}

async fn vdk(secret: &str, transport: &Arc<dyn Transport>) -> Vec<Shown> {
    let builder = || {
        vdk_control::Client::builder()
            .endpoint("http://localhost:8092")
            .transport(transport.clone())
            .clock(PausedClock::new())
            .retry(StandardRetry::never())
    };
    let tokens = "http://localhost:8092/oauth/token";
    let clients = [
        ("vdk token", builder().token(secret)),
        (
            "vdk own",
            builder().credential(Own(format!("Bearer {secret}"))),
        ),
        ("vdk api token", builder().api_token(secret, tokens)),
        (
            "vdk client",
            builder().client_credentials(tokens, "me", secret),
        ),
        (
            "vdk refresh client",
            builder().refresh_token(tokens, "me", secret, "another-token"),
        ),
        (
            "vdk refresh",
            builder().refresh_token(tokens, "me", "another-secret", secret),
        ),
    ];
    let mut all = Vec::new();
    for (name, builder) in clients {
        let api = builder.build().unwrap();
        let errors = [api.team("t").job("j").get().await.err()];
        let fetched = !matches!(name, "vdk token" | "vdk own");
        all.extend(show::<vdk_control::ApiError>(name, fetched, errors));
    }
    all
}

async fn sahara(secret: &str, transport: &Arc<dyn Transport>) -> Vec<Shown> {
    let demo = || User::named("demo", "Default");
    let project = || Project::named("demo", "Default");
    let logins = [
        Login::password(demo(), secret, project()),
        Login::token(secret, project()),
        Login::application_credential(ApplicationCredential::id("x"), secret),
        Login::v2_password("demo", secret, IdOrName::from("demo")),
    ];
    let mut all = Vec::new();
    for login in logins {
        let name = format!("{login:?}");
        let builder = sahara::Cloud::builder()
            .auth_url("https://keystone.test")
            .login(login)
            .transport(transport.clone());
        let builder = builder
            .clock(PausedClock::new())
            .retry(StandardRetry::never());
        let cloud = builder.build().unwrap();
        let connect = cloud.data_processing();
        let error = match connect.version(sahara::Version::V2).await {
            Err(error) => error,
            Ok(api) => api.node_group_templates().get("x").await.unwrap_err(),
        };
        all.extend(show::<sahara::ApiError>(&name, true, [Some(error)]));
    }
    all
}

#[tokio::test(start_paused = true)]
async fn nothing_that_was_sent_comes_back() {
    let mut looked_at = 0;
    // A secret of the client's own, and one that it was given by a token service.
    for (secret, given) in [(PASSWORD, false), (FETCHED, true), (REFRESHED, true)] {
        let spellings = spellings(secret);
        for (status, header, body) in answers(&spellings.join(" | ")) {
            let mut transports = vec![honest_tokens(status, header.clone(), body.clone())];
            if !given {
                transports.push(hostile_tokens(status, header, body.clone()));
            }
            for transport in transports {
                let own = if given { TOKEN } else { secret };
                for Shown {
                    client,
                    fetched,
                    text,
                } in shown(own, &transport).await
                {
                    let knows = match secret {
                        REFRESHED => fetched && client.starts_with("vdk"),
                        FETCHED => fetched,
                        _ => client != "ionos source",
                    };
                    if let Some(leak) = leak(&text, &spellings).filter(|_| knows) {
                        panic!("{client}, answered {status} {body:.60}: {leak} in {text}");
                    }
                    looked_at += 1;
                }
            }
        }
    }
    assert!(looked_at > 900, "{looked_at}");
}
