//! The program.
#![cfg(feature = "cli")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloud-sandbox"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// Ends the program whatever becomes of the test.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_cannot_be_served_is_said_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (arguments, word) in [
        (
            &["serve", "--port", &port] as &[&str],
            "cannot listen on 127.0.0.1",
        ),
        (&["serve", "--bind", "nowhere", "--port", "0"], "nowhere"),
        (
            &["serve", "--bind", "192.0.2.1", "--port", "0"],
            "cannot listen on 192.0.2.1",
        ),
        (&["serve", "--port", "0", "--action-seconds=-1"], "-1"),
        (&["serve", "--port", "0", "--token", "a b"], "token"),
        (
            &[
                "serve",
                "--tls-cert",
                "/nowhere/cert",
                "--tls-key",
                "/nowhere/key",
            ],
            "cannot read /nowhere/cert: ",
        ),
        (
            &[
                "serve",
                "--tls-cert",
                "Cargo.toml",
                "--tls-key",
                "Cargo.toml",
            ],
            "there is no certificate in PEM",
        ),
        (
            &["serve", "--port", "0", "--tls=/nowhere/ca.pem"],
            "cannot write /nowhere/ca.pem: ",
        ),
        (
            &["serve", "--port", "0", "--env-file", "/nowhere/env"],
            "cannot write /nowhere/env: ",
        ),
    ] {
        let output = run(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(
            error.starts_with("cloud-sandbox: ") && error.contains(word),
            "{error}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn wrong_arguments_are_explained() {
    for arguments in [
        &["serve", "--port", "many"] as &[&str],
        &["serve", "--nonsense"],
        &["serve", "--tls-cert", "without-its-key.pem"],
        &["serve", "--tls", "--tls-cert", "a", "--tls-key", "b"],
        &["serve", "--starting-at", "yesterday"],
        &["serve", "--ovh-application", "key-without-a-secret"],
        &["serve", "--ovh-zone", "../mine"],
        &["serve", "--keystone-user", "name:password"],
        &["serve", "--keystone-user", "name::demo"],
        &["serve", "--hetzner-robot-quirk", "odd"],
        &["serve", "--hetzner-robot-user", "name-alone"],
        &["dance"],
        &[],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

/// The last line that the program prints before it only serves.
const LAST: &str = "export IONOS_TOKEN=";

#[cfg(unix)]
#[test]
fn it_serves_until_a_signal_comes() {
    for signal in ["INT", "TERM"] {
        let mut child = Guard(
            program(&["serve", "--port", "0", "--action-seconds", "0"])
                .spawn()
                .unwrap(),
        );
        let mut lines = BufReader::new(child.0.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let mut greeting: Vec<String> = Vec::new();
        while !greeting.last().is_some_and(|line| line.starts_with(LAST)) {
            greeting.push(lines.next().unwrap());
        }
        let value = |name: &str| {
            let prefix = format!("export {name}=");
            greeting
                .iter()
                .find_map(|line| line.strip_prefix(&prefix))
                .unwrap()
                .to_owned()
        };
        let endpoint = value("HCLOUD_ENDPOINT");
        assert_eq!(value("HETZNER_ENDPOINT"), endpoint);
        let token = value("HCLOUD_TOKEN");
        assert_eq!(
            value("HROBOT_ENDPOINT"),
            endpoint.replace("/hetzner/v1", "/hetzner-robot")
        );
        // As a shell reads it: the name has a sign that begins a comment.
        assert_eq!(value("HROBOT_USER"), "'#ws+sandbox'");
        assert_eq!(value("HROBOT_PASSWORD"), "sandbox-robot-password");
        let ovh = value("OVH_ENDPOINT");
        assert_eq!(ovh, endpoint.replace("/hetzner/v1", "/ovh/1.0"));
        for name in [
            "OVH_APPLICATION_KEY",
            "OVH_APPLICATION_SECRET",
            "OVH_CONSUMER_KEY",
        ] {
            assert!(value(name).starts_with("sandbox"), "{name}");
        }
        assert_eq!(
            value("OVH_TOKEN_URL"),
            ovh.replace("/1.0", "/auth/oauth2/token")
        );
        assert!(
            greeting
                .iter()
                .any(|line| line.starts_with("# ") && line.contains(" OVH_CLIENT_ID=EU."))
        );
        assert_eq!(
            value("IONOS_API_URL"),
            endpoint.replace("/hetzner/v1", "/ionos-dataplatform/dataplatform")
        );
        assert_eq!(value("IONOS_TOKEN"), token);
        assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()));

        let (host, path) = endpoint
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let request = format!(
            "GET /{path}/locations HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains("fsn1"),
            "{answer}"
        );

        let id = child.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.0.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_secured_service_says_how_a_token_is_had() {
    let arguments = [
        "serve",
        "--port",
        "0",
        "--token",
        "mine",
        "--vdk-control-secured",
    ];
    let mut child = Guard(program(&arguments).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut value = |name: &str| {
        let prefix = format!("export {name}=");
        lines
            .find_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
            .unwrap()
    };
    let base = value("VDK_CONTROL_SERVICE_REST_API_URL");
    assert_eq!(
        value("VDK_API_TOKEN_AUTHORIZATION_URL"),
        format!("{base}/oauth/token")
    );
    assert_eq!(value("VDK_API_TOKEN"), "mine");
    let (host, path) = base
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let ask = |method: &str, path: &str, form: &str| {
        let mut stream = TcpStream::connect(host).unwrap();
        let length = form.len();
        let request = format!(
            "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{form}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(
        ask("GET", &format!("{path}/data-jobs/for-team/a/info"), "").starts_with("HTTP/1.1 401")
    );
    let token = format!("{path}/oauth/token");
    let form = "grant_type=refresh_token&refresh_token=";
    assert!(ask("POST", &token, &format!("{form}mine")).contains("\"access_token\""));
    assert!(ask("POST", &token, &format!("{form}other")).contains("invalid_grant"));
}

/// The program, and its greeting up to the last line.
fn started(arguments: &[&str]) -> (Guard, Vec<String>) {
    let mut child = Guard(
        program(&["serve", "--port", "0"])
            .args(arguments)
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let mut greeting: Vec<String> = Vec::new();
    while !greeting.last().is_some_and(|line| line.starts_with(LAST)) {
        greeting.push(lines.next().expect("a whole greeting").unwrap());
    }
    (child, greeting)
}

fn value(greeting: &[String], name: &str) -> String {
    let prefix = format!("export {name}=");
    let found = greeting.iter().find_map(|line| line.strip_prefix(&prefix));
    found.unwrap_or_else(|| panic!("{name}")).to_owned()
}

/// A file of this test, in the directory that cargo keeps for that.
fn file(name: &str) -> String {
    format!("{}/program-{name}", env!("CARGO_TARGET_TMPDIR"))
}

/// What `curl` prints: the body and the status.
fn curl(arguments: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--write-out", " %{http_code}"])
        .args(arguments)
        .output()
        .expect("this test needs the program curl");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn a_shell_can_evaluate_the_greeting_whatever_is_in_the_token() {
    let token = "it's;$(exit)`";
    let (_child, greeting) = started(&["--bind", "localhost", "--token", token]);
    let script = format!(
        "set -eu\n{}\nprintf '%s %s' \"$HCLOUD_TOKEN\" \"$OVH_ENDPOINT\"",
        greeting.join("\n")
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let ovh = value(&greeting, "OVH_ENDPOINT");
    assert!(ovh.starts_with("http://127.0.0.1:"), "{ovh}");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("{token} {ovh}")
    );
    assert!(greeting[0].starts_with("# Serving on http://127.0.0.1:"));
}

#[test]
fn the_variables_are_in_a_file_before_they_are_printed() {
    let file = file("variables.env");
    let (_child, greeting) = started(&["--env-file", &file, "--token", "mine"]);
    let written = std::fs::read_to_string(&file).unwrap();
    // A shell needs quotes where the file has none.
    let printed: Vec<String> = greeting
        .iter()
        .filter_map(|line| line.strip_prefix("export "))
        .map(|assignment| assignment.replace('\'', ""))
        .collect();
    assert_eq!(written.lines().collect::<Vec<_>>(), printed);
    assert!(written.contains("\nHCLOUD_TOKEN=mine\n"), "{written}");
}

#[test]
fn a_certificate_is_made_and_its_authority_written() {
    let file = file("ca.pem");
    let _ = std::fs::remove_file(&file);
    let (_child, greeting) = started(&[&format!("--tls={file}")]);
    let endpoint = value(&greeting, "OVH_ENDPOINT");
    assert!(endpoint.starts_with("https://127.0.0.1:"), "{endpoint}");
    for name in [
        "SSL_CERT_FILE",
        "CURL_CA_BUNDLE",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
    ] {
        let path = value(&greeting, name);
        assert_eq!(std::fs::read(path).unwrap(), std::fs::read(&file).unwrap());
    }
    for host in ["127.0.0.1", "localhost"] {
        let base = endpoint.replace("127.0.0.1", host).replace("/ovh/1.0", "");
        let index = curl(&["--cacert", &file, &format!("{base}/")]);
        assert!(
            index.ends_with(" 200") && index.contains(&format!("\"{base}/ovh/1.0\"")),
            "{index}"
        );
    }
    let distrusting = Command::new("curl")
        .args(["--silent", &endpoint])
        .output()
        .unwrap();
    // curl's code for a certificate that it does not trust.
    assert_eq!(distrusting.status.code(), Some(60));

    // The file holds no key, so it does not serve by itself.
    let output = run(&[
        "serve",
        "--port",
        "0",
        "--tls-cert",
        &file,
        "--tls-key",
        &file,
    ]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("cloud-sandbox: there is no private key in PEM"),
        "{error}"
    );
}

#[test]
fn a_certificate_of_ones_own_is_served() {
    let (certificate, key) = (file("cert.pem"), file("key.pem"));
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (_child, greeting) = started(&["--tls-cert", &certificate, "--tls-key", &key]);
    let time = format!("{}/auth/time", value(&greeting, "OVH_ENDPOINT"));
    let answer = curl(&["--cacert", &certificate, &time]);
    assert!(answer.ends_with(" 200"), "{answer}");
    assert!(!greeting.iter().any(|line| line.contains("SSL_CERT_FILE")));
}

#[test]
fn the_user_and_the_quirks_of_the_robot_can_be_chosen() {
    let (_child, greeting) = started(&[
        "--hetzner-robot-user",
        "#ws+mine:secret",
        "--hetzner-robot-quirk",
        "max-requests",
        "--hetzner-robot-quirk",
        "sparse-errors",
        "--rate-limit",
        "1",
    ]);
    assert_eq!(value(&greeting, "HROBOT_USER"), "'#ws+mine'");
    assert_eq!(value(&greeting, "HROBOT_PASSWORD"), "secret");
    let server = format!("{}/server", value(&greeting, "HROBOT_ENDPOINT"));
    let answer = curl(&["--user", "#ws+mine:secret", &server]);
    assert!(answer.ends_with(" 200"), "{answer}");
    let answer = curl(&["--user", "#ws+mine:secret", &server]);
    assert!(answer.contains(r#""max_requests":1"#), "{answer}");

    let (_child, greeting) = started(&["--hetzner-robot-unlimited"]);
    let user = "#ws+sandbox:sandbox-robot-password";
    wake_eleven_times(&greeting, user);
}

/// One time more than the documented limits allow in an hour.
fn wake_eleven_times(greeting: &[String], user: &str) {
    let wake = format!("{}/wol/321001", value(greeting, "HROBOT_ENDPOINT"));
    for _ in 0..11 {
        let answer = curl(&["--user", user, "--request", "POST", &wake]);
        assert!(answer.ends_with(" 200"), "{answer}");
    }
}

#[test]
fn the_robot_of_a_file_has_the_quirks_of_the_options_as_well() {
    let settings = file("robot.json");
    let robot = r##"{"hetzner_robot": {"user": {"name": "#ws+mine", "password": "secret"}, "quirks": ["empty-lists"], "unlimited": true}}"##;
    std::fs::write(&settings, robot).unwrap();
    let quirk = ["--hetzner-robot-quirk", "empty-not-found"];
    let (_child, greeting) = started(&["--settings", &settings, quirk[0], quirk[1]]);
    assert_eq!(value(&greeting, "HROBOT_USER"), "'#ws+mine'");
    let user = "#ws+mine:secret";
    wake_eleven_times(&greeting, user);
    let endpoint = value(&greeting, "HROBOT_ENDPOINT");
    let none = curl(&["--user", user, &format!("{endpoint}/vswitch")]);
    assert!(none.ends_with(" 404"), "{none}");
    let nowhere = curl(&["--user", user, &format!("{endpoint}/server/1")]);
    assert_eq!(nowhere, " 404");
}

#[test]
fn the_time_and_the_keys_can_be_chosen() {
    let (_child, greeting) = started(&[
        "--ovh-zone",
        "mine.example",
        "--ovh-zone",
        "other.example",
        "--starting-at",
        "2031-05-06T07:08:09Z",
        "--ovh-application",
        "app:app-secret",
        "--ovh-consumer-key",
        "consumer",
        "--ovh-service-account",
        "EU.mine:my-secret",
        "--ovh-generic",
    ]);
    let pops = curl(&[&(value(&greeting, "OVH_ENDPOINT") + "/cdn/dedicated/pops")]);
    assert_eq!(pops, r#"["a-text","a-text-2"] 200"#);
    let names = [
        "OVH_APPLICATION_KEY",
        "OVH_APPLICATION_SECRET",
        "OVH_CONSUMER_KEY",
    ];
    assert_eq!(
        names.map(|name| value(&greeting, name)),
        ["app", "app-secret", "consumer"]
    );
    let time = curl(&[&format!("{}/auth/time", value(&greeting, "OVH_ENDPOINT"))]);
    // 1935817689 is the beginning.
    assert!(time.starts_with("193581"), "{time}");
    let held = value(&greeting, "OVH_ENDPOINT").replace("/ovh/1.0", "/_sandbox");
    let held = curl(&[&held]);
    assert!(held.contains(r#""zones":4"#), "{held}");
    let token = value(&greeting, "OVH_TOKEN_URL");
    for (id, secret, status) in [("EU.mine", "my-secret", "200"), ("EU.mine", "other", "401")] {
        let form = format!(
            "grant_type=client_credentials&scope=all&client_id={id}&client_secret={secret}"
        );
        let answer = curl(&["--data", &form, &token]);
        assert!(answer.ends_with(&format!(" {status}")), "{answer}");
    }
}

#[cfg(unix)]
#[test]
fn the_state_is_loaded_at_the_beginning_and_written_at_the_end() {
    let file = file("state.json");
    let _ = std::fs::remove_file(&file);
    let names = |greeting: &[String]| {
        let endpoint = value(greeting, "HCLOUD_ENDPOINT");
        curl(&[
            "--header",
            "Authorization: Bearer mine",
            &format!("{endpoint}/placement_groups"),
        ])
    };
    for round in 0..2 {
        let (mut child, greeting) = started(&["--state", &file]);
        let seen = names(&greeting);
        assert_eq!(seen.contains(r#""name":"kept""#), round == 1, "{seen}");
        if round == 0 {
            let groups = format!("{}/placement_groups", value(&greeting, "HCLOUD_ENDPOINT"));
            let body = r#"{"name": "kept", "type": "spread"}"#;
            let made = curl(&[
                "--header",
                "Authorization: Bearer mine",
                "--data",
                body,
                &groups,
            ]);
            assert!(made.ends_with(" 201"), "{made}");
        }
        let id = child.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", "TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.0.wait().unwrap().code(), Some(0));
    }
    std::fs::write(&file, r#"{"version": 1, "clock": {"epoch": 5}}"#).unwrap();
    let output = run(&["serve", "--port", "0", "--state", &file]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let expected = format!(
        "cloud-sandbox: cannot load {file}: clock.epoch: invalid type: integer `5`, expected struct SystemTime\n"
    );
    assert_eq!(error, expected);
}

/// A login for this project, as the body of Keystone.
fn login(name: &str, password: &str, project: &str) -> String {
    serde_json::json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": name, "password": password, "domain": {"id": "default"},
        }}},
        "scope": {"project": {"name": project, "domain": {"id": "default"}}},
    }})
    .to_string()
}

#[test]
fn users_of_keystone_come_from_options_and_from_a_file() {
    let settings = file("users.json");
    let users = r#"{"keystone": {"users": [
        {"name": "ops", "password": "of the file", "projects": ["data"]},
        {"name": "night", "password": "n:1", "projects": ["demo", "data"]}
    ]}}"#;
    std::fs::write(&settings, users).unwrap();
    let (_child, greeting) = started(&[
        "--settings",
        &settings,
        "--keystone-user",
        "ops:a:colon:reports,data",
    ]);
    let tokens = value(&greeting, "OS_AUTH_URL") + "/auth/tokens";
    let ids = |login: &str| {
        let answer = curl(&["--json", login, &tokens]);
        let (body, status) = answer.rsplit_once(' ').unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let id = |what: &str| body["token"][what]["id"].as_str().map(str::to_owned);
        (status.to_owned(), id("user"), id("project"))
    };
    // The option goes before the file.
    let (status, ops, reports) = ids(&login("ops", "a:colon", "reports"));
    assert_eq!(status, "201");
    assert_eq!(ids(&login("ops", "of the file", "data")).0, "401");
    let (_, _, data) = ids(&login("ops", "a:colon", "data"));
    let (_, night, of_night) = ids(&login("night", "n:1", "data"));
    assert!(data.is_some() && data == of_night && data != reports);
    assert!(ops.is_some() && ops != night);
    assert_eq!(ids(&login("night", "n:1", "reports")).0, "401");
    let demo = ids(&login("night", "n:1", "demo")).2;
    assert_eq!(demo.as_deref(), Some(cloud_sandbox::keystone::DEMO_PROJECT));
    assert_eq!(ids(&login("demo", "demo-pw", "demo")).0, "201");
}

#[test]
fn the_file_that_the_help_shows_is_read_and_options_go_before_it() {
    let help = String::from_utf8(run(&["serve", "--help"]).stdout).unwrap();
    let start = help.find('{').unwrap();
    let end = help[start..].find("\n          }\n").unwrap() + start;
    let shown = format!("{}}}", &help[start..end]).replace("\"..\"", "\"sandboxed\"");
    let settings = file("shown.json");
    std::fs::write(&settings, &shown).unwrap();
    let (_child, greeting) = started(&["--settings", &settings, "--ovh-consumer-key", "mine"]);
    for (name, expected) in [
        ("HCLOUD_TOKEN", "sandboxed"),
        ("HROBOT_USER", "sandboxed"),
        ("OVH_APPLICATION_KEY", "sandboxed"),
        ("OVH_CONSUMER_KEY", "mine"),
        ("VDK_API_TOKEN", "sandboxed"),
    ] {
        assert_eq!(value(&greeting, name), expected, "{name}");
    }
    let endpoint = value(&greeting, "HCLOUD_ENDPOINT");
    let bearer = "Authorization: Bearer sandboxed";
    let networks = curl(&["--header", bearer, &format!("{endpoint}/networks")]);
    assert!(networks.contains(r#""networks":[]"#), "{networks}");
    let time = curl(&[&(value(&greeting, "OVH_ENDPOINT") + "/auth/time")]);
    let pops = curl(&[&(value(&greeting, "OVH_ENDPOINT") + "/cdn/dedicated/pops")]);
    assert_eq!(pops, r#"["a-text","a-text-2"] 200"#);
    let asked = jiff::Timestamp::new(1_769_860_800, 0).unwrap();
    assert_eq!(asked.to_string(), "2026-01-31T12:00:00Z");
    let seconds: i64 = time.split(' ').next().unwrap().parse().unwrap();
    assert!((0..3600).contains(&(seconds - asked.as_second())), "{time}");
}

#[test]
fn a_slip_in_the_file_of_settings_is_told_with_its_place() {
    let settings = file("slip.json");
    for (text, expected) in [
        (
            r#"{"ovh": {"zone": ["a.example"]}}"#,
            "ovh.zone: unknown field `zone`, expected one of `application`, `consumer_key`, `service_account`, `zones`, `bills`, `generic` at line 1 column 15",
        ),
        (
            r#"{"ovh": {"zones": ["a.example", "b"]}}"#,
            "ovh.zones[1]: a name such as example.net is expected at line 1 column 36",
        ),
        (
            r#"{"keystone": {"users": [{"name": "a", "password": "", "projects": []}]}}"#,
            "keystone.users[0]: neither the name, the password nor a project may be empty at line 1 column 70",
        ),
        (
            r#"{"starting_at": "yesterday"}"#,
            "starting_at: failed to parse",
        ),
        (
            r#"{"hetzner_robot": {"quirks": ["max-requests", "odd"]}}"#,
            "hetzner_robot.quirks[1]: \"odd\" is not one of max-requests, limit-without-envelope, ",
        ),
        ("{} {}", "trailing characters at line 1 column 4"),
    ] {
        std::fs::write(&settings, text).unwrap();
        let output = run(&["serve", "--port", "0", "--settings", &settings]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(
            error.starts_with(&format!("cloud-sandbox: {settings}: {expected}")),
            "{error}"
        );
    }
    let output = run(&["serve", "--settings", "/nowhere/settings.json"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("cloud-sandbox: cannot read /nowhere/settings.json: "),
        "{error}"
    );
}

#[test]
fn bodies_are_lenient_and_projects_empty_when_that_is_asked_for() {
    let asked = ["--token", "t", "--lenient-bodies", "--no-default-network"];
    for (options, networks, status) in [(&asked[..2], 1, "422"), (&asked[..], 0, "201")] {
        let (_child, greeting) = started(options);
        let endpoint = value(&greeting, "HCLOUD_ENDPOINT");
        let bearer = "Authorization: Bearer t";
        let answer = curl(&["--header", bearer, &format!("{endpoint}/networks")]);
        assert_eq!(
            answer.matches("\"ip_range\"").count() > 0,
            networks == 1,
            "{answer}"
        );
        let body = r#"{"name": "a", "type": "spread", "colour": "red"}"#;
        let url = format!("{endpoint}/placement_groups");
        let answer = curl(&["--header", bearer, "--json", body, &url]);
        assert!(answer.ends_with(status), "{answer}");
    }
}

/// The journal of a program that is served at this endpoint of Hetzner.
fn journal(endpoint: &str, query: &str) -> serde_json::Value {
    let base = endpoint.replace("/hetzner/v1", "");
    let answer = curl(&[&format!("{base}/_sandbox/journal{query}")]);
    let (body, status) = answer.rsplit_once(' ').unwrap();
    assert_eq!(status, "200", "{body}");
    serde_json::from_str(body).unwrap()
}

#[test]
fn the_journal_is_a_ring_with_the_beginnings_of_bodies() {
    let (_child, greeting) = started(&["--journal", "2"]);
    let endpoint = value(&greeting, "HCLOUD_ENDPOINT");
    let long = format!("\"{}\"", "x".repeat(5000));
    for body in ["1", &long, "22"] {
        curl(&["--json", body, &format!("{endpoint}/placement_groups")]);
    }
    let kept = journal(&endpoint, "");
    assert_eq!(kept["dropped"], 1);
    let bodies: Vec<_> = kept["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["body"].as_str().unwrap(), &entry["body_size"]))
        .collect();
    let whole = serde_json::json!(long.len());
    assert_eq!(
        bodies,
        [(&long[..4096], &whole), ("22", &serde_json::json!(2))]
    );

    let (_child, greeting) = started(&["--journal", "0"]);
    let endpoint = value(&greeting, "HCLOUD_ENDPOINT");
    curl(&[&format!("{endpoint}/locations")]);
    assert_eq!(
        journal(&endpoint, ""),
        serde_json::json!({"dropped": 0, "entries": []})
    );
}

#[test]
fn the_journal_has_room_for_ten_thousand_requests() {
    let (_child, greeting) = started(&[]);
    let endpoint = value(&greeting, "HCLOUD_ENDPOINT");
    let (host, path) = endpoint
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let request = |number| {
        let end = if number % 100 == 0 {
            "close"
        } else {
            "keep-alive"
        };
        format!("GET /{path}/locations HTTP/1.1\r\nHost: {host}\r\nConnection: {end}\r\n\r\n")
    };
    for last in (100..=10_100).step_by(100) {
        // All of them before the first answer is read.
        let batch: String = (last - 99..=last).map(request).collect();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(batch.as_bytes()).unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        assert_eq!(answers.matches("HTTP/1.1 401").count(), 100);
    }
    let kept = journal(&endpoint, "?last=1");
    assert_eq!(kept["dropped"], 100);
    assert_eq!(kept["entries"][0]["number"], 10_099);
}
