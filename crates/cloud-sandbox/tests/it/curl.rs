//! What suites in other languages do between their tests, by `curl` alone.
#![cfg(all(feature = "cli", unix))]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_shell_script_drives_faults_clock_journal_and_reset() {
    let is_there = Command::new("curl").arg("--version").output();
    assert!(
        is_there.is_ok_and(|output| output.status.success()),
        "this test needs the program curl, which is not here"
    );
    let child = Command::new(env!("CARGO_BIN_EXE_cloud-sandbox"))
        .args(["serve", "--port", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = Guard(child);
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let url = first
        .split(' ')
        .find(|word| word.starts_with("http"))
        .unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/by_curl.sh");
    let output = Command::new("sh").args([script, url]).output().unwrap();
    let (said, wrong) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}{wrong}");
    assert_eq!(said.matches("ok: ").count(), 14, "{said}");
}
