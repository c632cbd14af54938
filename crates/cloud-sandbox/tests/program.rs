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
