use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;

/// A registry as cargo knows them: a sparse index and a place to send crates to.
#[derive(Default)]
struct StandIn {
    /// The lines of the index, by name.
    published: BTreeMap<String, Value>,
    /// What happens to the next uploads of a crate.
    faults: BTreeMap<String, Vec<Fault>>,
    uploads: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    TooMany,
    ServerError,
    DropBefore,
    DropAfter,
    Forbidden,
}

fn serve(stand_in: &Arc<Mutex<StandIn>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (stand_in, host) = (stand_in.clone(), address.clone());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (stand_in, host) = (stand_in.clone(), host.clone());
            thread::spawn(move || answer(stream, &stand_in, &host));
        }
    });
    address
}

/// One request a connection; `None` closes it without an answer.
fn answer(mut stream: TcpStream, stand_in: &Mutex<StandIn>, host: &str) -> Option<()> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    let (head, body) = loop {
        let n = stream.read(&mut buffer).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..n]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse::<usize>().ok())?
        });
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            break (head, bytes[end + 4..].to_vec());
        }
    };
    let path = head.split(' ').nth(1)?;
    let (status, text) = if path == "/index/config.json" {
        let config = json!({"dl": format!("http://{host}/dl"), "api": format!("http://{host}")});
        ("200 OK", config.to_string())
    } else if let Some(file) = path.strip_prefix("/index/") {
        let name = file.rsplit('/').next()?;
        match stand_in.lock().unwrap().published.get(name) {
            Some(line) => ("200 OK", line.to_string()),
            None => ("404 Not Found", String::new()),
        }
    } else {
        upload(stand_in, &body)?
    };
    let length = text.len();
    let whole =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}");
    stream.write_all(whole.as_bytes()).ok()
}

fn upload(stand_in: &Mutex<StandIn>, body: &[u8]) -> Option<(&'static str, String)> {
    let length = u32::from_le_bytes(body[..4].try_into().ok()?) as usize;
    let crate_: Value = serde_json::from_slice(&body[4..4 + length]).ok()?;
    let name = crate_["name"].as_str()?.to_owned();
    let errors = |detail: &str| json!({"errors": [{"detail": detail}]}).to_string();
    let mut stand_in = stand_in.lock().unwrap();
    stand_in.uploads.push(name.clone());
    let mut faults = stand_in.faults.get_mut(&name).map(std::mem::take);
    let fault = faults
        .as_mut()
        .and_then(|faults| (!faults.is_empty()).then(|| faults.remove(0)));
    if let Some(faults) = faults {
        stand_in.faults.insert(name.clone(), faults);
    }
    match fault {
        Some(Fault::TooMany) => {
            let now = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
            let text = format!(
                "You have published too many new crates in a short period of time. Please try again after {now} and see the rate limits."
            );
            return Some(("429 Too Many Requests", errors(&text)));
        }
        Some(Fault::ServerError) => return Some(("503 Service Unavailable", "busy".to_owned())),
        Some(Fault::Forbidden) => return Some(("403 Forbidden", errors("not yours"))),
        Some(Fault::DropBefore) => return None,
        Some(Fault::DropAfter) | None => {}
    }
    if stand_in.published.contains_key(&name) {
        let text = format!("crate version `0.1.0` of {name} is already uploaded");
        return Some(("400 Bad Request", errors(&text)));
    }
    let dependencies = crate_["deps"].as_array()?.iter().map(|dependency| {
        json!({
            "name": dependency["name"],
            "req": dependency["version_req"],
            "features": dependency["features"],
            "optional": dependency["optional"],
            "default_features": dependency["default_features"],
            "target": dependency["target"],
            "kind": dependency["kind"],
            "registry": dependency["registry"],
        })
    });
    let line = json!({
        "name": name, "vers": crate_["vers"], "deps": dependencies.collect::<Vec<_>>(),
        "cksum": "0".repeat(64), "features": {}, "yanked": false,
    });
    stand_in.published.insert(name, line);
    if matches!(fault, Some(Fault::DropAfter)) {
        return None;
    }
    Some((
        "200 OK",
        json!({"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}})
            .to_string(),
    ))
}

/// A workspace like this one, a registry without any of its crates, and what publishes the one to the other.
fn stage(name: &str) -> (Publisher, Vec<String>, Arc<Mutex<StandIn>>) {
    let folder = std::env::temp_dir().join(format!("release-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("home")).unwrap();
    let metadata = process::output(
        process::cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(workspace::root()),
    );
    let metadata: Value = serde_json::from_str(&metadata.unwrap()).unwrap();
    let order = skeleton(&metadata, &folder, "stand-in").unwrap();
    let stand_in = Arc::new(Mutex::new(StandIn::default()));
    let host = serve(&stand_in);
    let mut publisher = Publisher::new(folder.clone());
    publisher.options = ["--registry", "stand-in", "--no-verify", "--allow-dirty"]
        .map(str::to_owned)
        .to_vec();
    publisher.patience = Duration::from_millis(20);
    publisher.variables = [
        ("CARGO_HOME", folder.join("home").display().to_string()),
        (
            "CARGO_TARGET_DIR",
            folder.join("target").display().to_string(),
        ),
        (
            "CARGO_REGISTRIES_STAND_IN_INDEX",
            format!("sparse+http://{host}/index/"),
        ),
        ("CARGO_REGISTRIES_STAND_IN_TOKEN", "t".to_owned()),
        ("CARGO_NET_OFFLINE", "false".to_owned()),
        ("CARGO_NET_RETRY", "0".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    let mut lock = process::cargo();
    lock.args(["generate-lockfile", "--offline"])
        .current_dir(&folder);
    lock.envs(
        publisher
            .variables
            .iter()
            .map(|(name, value)| (name, value)),
    );
    process::run(&mut lock).unwrap();
    (publisher, order, stand_in)
}

#[test]
fn every_crate_is_published_once_whatever_happens_to_its_upload() {
    let (publisher, order, stand_in) = stage("faults");
    assert!(order.len() >= 8 && order[0] == "cloud-core", "{order:?}");
    // Each crate meets another fault, or two.
    let faults = [
        Fault::TooMany,
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::ServerError,
    ];
    for (at, name) in order.iter().enumerate() {
        let one = faults[at % faults.len()];
        let two = faults[at / faults.len() % faults.len()];
        stand_in
            .lock()
            .unwrap()
            .faults
            .insert(name.clone(), vec![one, two]);
    }
    publisher.publish(&order).unwrap();
    let registry = stand_in.lock().unwrap();
    let arrived: BTreeSet<&String> = registry.published.keys().collect();
    assert_eq!(arrived, order.iter().collect());
    assert!(registry.uploads.len() > order.len());
    fs::remove_dir_all(&publisher.folder).unwrap();
}

#[test]
fn a_run_that_was_refused_goes_on_where_it_stopped() {
    let (publisher, order, stand_in) = stage("again");
    let third = order[2].clone();
    let forbidden = vec![Fault::Forbidden];
    stand_in
        .lock()
        .unwrap()
        .faults
        .insert(third.clone(), forbidden);
    let error = publisher.publish(&order).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "{third} was not published; run the same command again when the reason above is mended"
        )
    );
    // It was tried once: nothing says that another time would be better.
    assert_eq!(stand_in.lock().unwrap().uploads, order[..3]);
    publisher.publish(&order).unwrap();
    let stand_in = stand_in.lock().unwrap();
    assert_eq!(stand_in.uploads[3..], order[2..]);
    assert_eq!(stand_in.published.len(), order.len());
    fs::remove_dir_all(&publisher.folder).unwrap();
}

#[test]
fn the_time_to_wait_is_read_from_the_refusal() {
    let said = "error: failed to publish to registry at https://crates.io\n\nCaused by:\n  the remote server responded with an error (status 429 Too Many Requests): You have published too many new crates in a short period of time. Please try again after Tue, 12 Nov 2024 19:40:28 GMT and see https://crates.io/docs/rate-limits for more details.";
    let time: SystemTime = "2024-11-12T19:40:28Z"
        .parse::<jiff::Timestamp>()
        .unwrap()
        .into();
    assert_eq!(outcome(said), Outcome::TooMany(Some(time)));
    let said =
        "the remote server responded with an error (status 429 Too Many Requests): slow down";
    assert_eq!(outcome(said), Outcome::TooMany(None));
    let said = "error: could not compile `cloud-core` (lib) due to 1 previous error";
    assert_eq!(outcome(said), Outcome::Refused);
}

/// A workspace with crates of the same names, which need each other in the same way and hold nothing. Gives the names.
fn skeleton(metadata: &Value, folder: &Path, registry: &str) -> Result<Vec<String>> {
    let order = in_order(metadata)?;
    let member = |name: &String| format!("\"{name}\"");
    let members: Vec<String> = order.iter().map(member).collect();
    fs::write(
        folder.join("Cargo.toml"),
        format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{}]\n",
            members.join(", ")
        ),
    )?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        if !order.iter().any(|known| known == name) {
            continue;
        }
        let mut manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT\"\ndescription = \"d\"\n\n[dependencies]\n"
        );
        let mut written = BTreeSet::new();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let needed = dependency["name"].as_str().unwrap_or_default();
            let has_version = dependency["path"].is_string() && dependency["req"] != "*";
            if has_version && written.insert(needed) {
                let line = format!(
                    "{needed} = {{ version = \"0.1.0\", path = \"../{needed}\", registry = \"{registry}\" }}\n"
                );
                manifest.push_str(&line);
            }
        }
        let root = folder.join(name);
        fs::create_dir_all(root.join("src"))?;
        fs::write(root.join("Cargo.toml"), manifest)?;
        fs::write(root.join("src/lib.rs"), "")?;
    }
    Ok(order)
}
