//! What a request costs in memory does not grow with the requests made before.
//!
//! `cargo xtask growth` runs it for two million requests; the section `heavy` of `.ci/run` for a tenth.
#![cfg(all(feature = "cli", target_os = "linux"))]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// How many requests are made on one connection, all before the first answer is read.
const BATCH: usize = 100;
/// After so many the program has all that it keeps: its journal is full.
const WARM: usize = 10_000;
/// How many bytes it may have more at the end.
const MORE: usize = 50 << 20;

struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One of the requests that change nothing: read, refused, for no service, for a service without a token.
fn request(number: usize) -> String {
    let (line, body) = match number % 5 {
        0 => ("GET /hetzner/v1/servers?page=1", String::new()),
        1 => (
            "POST /hetzner/v1/servers",
            format!("{{\"name\": \"{}", "x".repeat(2000)),
        ),
        2 => ("GET /nothing", String::new()),
        3 => ("GET /ovh/1.0/me", String::new()),
        _ => ("GET /keystone/v3/auth/projects", String::new()),
    };
    let end = if number % BATCH == BATCH - 1 {
        "Connection: close\r\n"
    } else {
        ""
    };
    format!(
        "{line} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer growth\r\nX-Number: {number}\r\nContent-Length: {}\r\n{end}\r\n{body}",
        body.len()
    )
}

fn resident(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.unwrap().trim().trim_end_matches(" kB");
    kilobytes.parse::<usize>().unwrap() << 10
}

#[test]
#[ignore = "it takes a minute: the section `heavy` of .ci/run has it"]
fn a_program_that_served_many_requests_is_no_larger_than_after_the_first_ones() {
    let requests: usize = std::env::var("SANDBOX_REQUESTS").map_or(200_000, |text| {
        text.parse().expect("a number in SANDBOX_REQUESTS")
    });
    let child = Command::new(env!("CARGO_BIN_EXE_cloud-sandbox"))
        .args(["serve", "--port", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = Guard(child);
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address = first
        .split_once("http://")
        .and_then(|(_, rest)| rest.split(' ').next())
        .unwrap()
        .to_owned();

    let mut warm = None;
    for start in (0..requests).step_by(BATCH) {
        let batch: String = (start..start + BATCH).map(request).collect();
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(batch.as_bytes()).unwrap();
        let mut answers = Vec::new();
        stream.read_to_end(&mut answers).unwrap();
        let answers = String::from_utf8_lossy(&answers);
        assert_eq!(answers.matches("HTTP/1.1 ").count(), BATCH);
        if start + BATCH == WARM {
            warm = Some(resident(child.0.id()));
        }
    }
    let warm = warm.expect("more requests than the program keeps");
    let end = resident(child.0.id());
    println!("{warm} bytes after {WARM} requests, {end} after {requests}");
    assert!(
        end < warm + MORE,
        "{warm} bytes after {WARM} requests, {end} after {requests}"
    );
}
