//! The tour as a person meets it: its words and switches, its lines in a terminal, and what it leaves behind when
//! something goes wrong at any step.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use cloud_clients::hetzner::{Client, ImageType};
use cloud_sandbox::{Fault, Running, Sandbox};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

const TOKEN: &str = "tour";

/// The program, built as `cargo tour` builds it: what it needs are features, which a test cannot ask for.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let features = "hetzner-robot,ionos-dataplatform,ovh-full,sahara,vdk-control";
        let built = std::process::Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "cloud-clients"])
            .args(["--features", features, "--example", "tour"])
            .args(["--message-format", "json-render-diagnostics"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo");
        assert!(built.status.success(), "the tour does not build");
        let messages = String::from_utf8(built.stdout).expect("text");
        let path = messages.lines().find_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            let executable = message["executable"].as_str()?;
            (message["target"]["name"] == "tour").then(|| executable.into())
        });
        path.expect("a program")
    })
}

/// Without the environment of whoever runs the tests, whose account is not to be found.
fn tour(arguments: &str) -> Command {
    let mut command = Command::new(program());
    command.args(arguments.split_whitespace()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", "/nowhere").stdin(Stdio::null());
    command.kill_on_drop(true);
    command
}

async fn refused(arguments: &str) -> String {
    let output = tour(arguments).output().await.expect("a program");
    assert_eq!(output.status.code(), Some(2), "{arguments}: {output:?}");
    assert_eq!(text(&output.stdout), "");
    text(&output.stderr)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test]
async fn help_explains_every_word_and_every_switch() {
    let output = tour("--help").output().await.expect("a program");
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    for part in [
        "Usage: cargo tour [PROVIDER]... [--real [--write]]",
        "all of them, one after the other, unless some are named",
        "hetzner: Hetzner Cloud: the whole life of a server (HCLOUD_TOKEN)",
        "robot:   Hetzner Robot: ",
        "ovh:     OVHcloud: ",
        "sahara:  OpenStack Sahara: ",
        "vdk:     VDK Control Service: ",
        "ionos:   IONOS Data Platform: ",
        "--real\n          Goes to your account in place of the sandbox, and only reads",
        "--write\n          With `hetzner --real`: creates one small server",
        "nothing is to be paid",
    ] {
        assert!(help.contains(part), "no {part:?} in {help}");
    }
}

#[tokio::test]
async fn a_wrong_word_is_named_with_the_words_there_are_and_the_nearest() {
    let said = refused("hetzer").await;
    assert!(said.starts_with("error: invalid value 'hetzer' for '[PROVIDER]...'\n  [possible values: hetzner, robot, ovh, sahara, vdk, ionos]\n\n  tip: a similar value exists: 'hetzner'\n"), "{said}");
    let said = refused("hetzner extra").await;
    assert!(said.starts_with("error: invalid value 'extra' for '[PROVIDER]...'\n  [possible values: hetzner, robot, ovh, sahara, vdk, ionos]\n"), "{said}");
}

#[tokio::test]
async fn a_wrong_switch_is_named_with_the_switches_there_are_and_the_nearest() {
    let said = refused("--rael").await;
    assert!(said.starts_with("error: unexpected argument '--rael' found\n\n  tip: a similar argument exists: '--real'\n\nUsage: cargo tour [PROVIDER]... [--real [--write]]\n"), "{said}");
    let said = refused("hetzner --quick").await;
    assert!(
        said.starts_with("error: unexpected argument '--quick' found\n"),
        "{said}"
    );
    assert!(said.contains("[--real [--write]]"), "{said}");
}

#[tokio::test]
async fn to_write_is_refused_where_it_means_nothing() {
    for arguments in ["--write", "hetzner --write", "--write ovh"] {
        let said = refused(arguments).await;
        let sentence = "error: --write means nothing without --real: in the sandbox everything is created and deleted anyway\n";
        assert!(said.starts_with(sentence), "{arguments}: {said}");
    }
    for arguments in [
        "--real --write",
        "--write ovh --real",
        "hetzner vdk --real --write",
    ] {
        let said = refused(arguments).await;
        let sentence = "error: --write means something for hetzner alone, the others only read what is real: cargo tour hetzner --real --write\n";
        assert!(said.starts_with(sentence), "{arguments}: {said}");
    }
}

/// A sandbox, which the program takes for the real service.
async fn service(work: Duration) -> Running {
    let sandbox = Sandbox::builder().action_duration(work);
    sandbox.start().await.expect("a port")
}

fn writing(running: &Running, arguments: &str) -> Command {
    let mut command = tour(arguments);
    command.env("HCLOUD_ENDPOINT", running.hetzner_url());
    command.env("HCLOUD_TOKEN", TOKEN);
    command.env("HCLOUD_POLL_INTERVAL", "10ms");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// All that costs money.
async fn left(running: &Running) -> Vec<String> {
    let sandbox = running.sandbox().hetzner();
    let api = Client::builder().token(TOKEN).transport(sandbox);
    let api = api.build().expect("a client");
    let mut left = Vec::new();
    for server in api.servers().list().all().await.expect("servers") {
        left.push(format!("server {}", server.name));
    }
    let own = [ImageType::Snapshot, ImageType::Backup];
    for kind in own {
        for image in api.images().list().kind(kind).all().await.expect("images") {
            left.push(format!("image {}", image.id));
        }
    }
    for volume in api.volumes().list().all().await.expect("volumes") {
        left.push(format!("volume {}", volume.name));
    }
    for ip in api.primary_ips().list().all().await.expect("addresses") {
        left.push(format!("primary IP {}", ip.name));
    }
    for ip in api.floating_ips().list().all().await.expect("addresses") {
        left.push(format!("floating IP {}", ip.name));
    }
    left
}

#[tokio::test(flavor = "multi_thread")]
async fn switches_come_in_any_order_and_a_real_server_lives_and_is_gone() {
    for arguments in ["hetzner --real --write", "--write --real hetzner"] {
        let running = service(Duration::from_millis(20)).await;
        let output = writing(&running, arguments)
            .output()
            .await
            .expect("a program");
        let said = text(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        let (journal, snapshot) = (
            running.sandbox().journal(),
            "POST /v1/servers/{}/actions/create_image",
        );
        assert_eq!(journal.count("POST /v1/servers"), 1);
        assert_eq!(journal.count(snapshot), 1);
        let line = said.lines().find(|line| line.starts_with("  deleted: "));
        let line = line.unwrap_or_else(|| panic!("nothing deleted in {said}"));
        assert!(
            line.contains("deleted: snapshot ") && line.contains(", server "),
            "{line}"
        );
        assert!(said.contains("  gone: GET /servers/"), "{said}");
        assert_eq!(left(&running).await, [""; 0]);
    }
}

/// Runs the whole tour once for each of its requests, and lets this one meet the fault.
async fn failing_at_each_request(fault: Fault) {
    let running = service(Duration::ZERO).await;
    let output = writing(&running, "hetzner --real --write").output().await;
    assert!(output.expect("a program").status.success());
    let requests: Vec<_> = running.sandbox().journal().entries();
    let creates = |from: usize| {
        let mut after = requests[from..].iter();
        after.any(|entry| entry.method == "POST" && entry.path == "/v1/servers")
    };

    let mut runs = JoinSet::new();
    for (number, request) in requests.iter().enumerate() {
        let fault = fault.clone();
        let is_before = creates(number + 1);
        let request = format!("{} {}", request.method, request.path);
        runs.spawn(async move {
            let running = service(Duration::ZERO).await;
            let faults = running.sandbox().faults();
            faults.times(number, Fault::Latency(Duration::ZERO));
            faults.next(fault);
            let output = writing(&running, "hetzner --real --write").output().await;
            let output = output.expect("a program");
            let what = format!("{number}, {request}: {output:?}");
            assert_eq!(left(&running).await, [""; 0], "{what}");
            let said = text(&output.stdout);
            let is_made = running.sandbox().journal().count("POST /v1/servers") > 0;
            assert!(is_before || is_made, "{what}");
            if request.starts_with("POST") && !output.status.success() {
                assert_ne!(text(&output.stderr), "", "{what}");
                assert!(
                    said.contains("  deleted: ") || said.contains("  nothing was made"),
                    "{what}"
                );
            }
            output.status.success()
        });
    }
    let succeeded = runs.join_all().await;
    // Some answers are asked for again, but not those of changes that cannot be repeated.
    let failed = succeeded.iter().filter(|succeeded| !**succeeded).count();
    assert!(failed >= 3, "{failed} of {} have failed", succeeded.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_at_any_request_leaves_nothing_that_costs_money() {
    failing_at_each_request(Fault::Status(422)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_at_any_request_leaves_nothing_that_costs_money() {
    failing_at_each_request(Fault::ResetAfterHandling).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_fails_at_any_request_leaves_nothing_that_costs_money() {
    let (code, message) = ("resource_unavailable".into(), "no room".into());
    failing_at_each_request(Fault::ActionFailed { code, message }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_deleted_is_told_with_the_commands_that_show_it() {
    let running = service(Duration::ZERO).await;
    for _ in 0..20 {
        let refused = Fault::Status(422);
        running
            .sandbox()
            .faults()
            .next_matching("DELETE /v1/servers/{}", refused);
    }
    let output = writing(&running, "hetzner --real --write").output().await;
    let output = output.expect("a program");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = text(&output.stderr);
    assert!(
        said.contains(
            "What may be left, and costs money: hcloud server list -l made-by=tour,tour="
        ),
        "{said}"
    );
    assert!(said.contains("DELETE /servers/"), "{said}");
    assert_eq!(
        left(&running).await.len(),
        3,
        "a server with its two addresses"
    );
}

async fn interrupt(child: &Child) {
    let id = child.id().expect("a process").to_string();
    let status = Command::new("kill").args(["-INT", &id]).status().await;
    assert!(status.expect("kill").success());
}

/// Presses Ctrl-C once this request has come.
async fn interrupted(work: Duration, after: &str, fault: Option<Fault>) -> (Running, Output) {
    let running = service(work).await;
    if let Some(fault) = fault {
        running.sandbox().faults().next_matching(after, fault);
    }
    let child = writing(&running, "hetzner --real --write")
        .spawn()
        .expect("a program");
    while running.sandbox().journal().count(after) == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    interrupt(&child).await;
    let output = child.wait_with_output().await.expect("an end");
    (running, output)
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_at_any_step_deletes_what_was_made_and_says_so() {
    for after in [
        "POST /v1/servers",
        "PUT /v1/servers/{}",
        "POST /v1/servers/{}/actions/poweroff",
        "POST /v1/servers/{}/actions/change_type",
        "POST /v1/servers/{}/actions/create_image",
    ] {
        let (running, output) = interrupted(Duration::from_millis(400), after, None).await;
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(130), "{after}: {output:?}");
        assert!(
            said.contains("Ctrl-C: what was made is deleted first; once more to leave at once."),
            "{said}"
        );
        assert!(said.contains("  deleted: "), "{after}: {said}");
        assert!(said.contains("server "), "{after}: {said}");
        assert_eq!(
            said.contains("snapshot "),
            after.ends_with("create_image"),
            "{said}"
        );
        assert_eq!(left(&running).await, [""; 0], "{after}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_no_answer_comes_deletes_what_the_request_made() {
    let create = "POST /v1/servers";
    let hangs = Some(Fault::HangAfterHandling);
    let (running, output) = interrupted(Duration::ZERO, create, hangs).await;
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(
        text(&output.stdout).contains("  deleted: server "),
        "{output:?}"
    );
    assert_eq!(left(&running).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_twice_leaves_at_once_and_says_where_to_look() {
    let running = service(Duration::from_secs(3600)).await;
    let child = writing(&running, "hetzner --real --write")
        .spawn()
        .expect("a program");
    let journal = running.sandbox().journal();
    while journal.count("POST /v1/servers") == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    interrupt(&child).await;
    // Deleting has begun, and waits for the creation.
    while journal.count("DELETE /v1/servers/{}") == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    interrupt(&child).await;
    let output = child.wait_with_output().await.expect("an end");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let said = text(&output.stdout);
    assert!(said.contains("Left at once. What may be left, and costs money: hcloud server list -l made-by=tour,tour="), "{said}");
}

/// What a person sees who scrolls back, of what a program wrote to a terminal.
fn screen(written: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![Vec::new()], 0_usize, 0_usize);
    let mut characters = written.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => column = 0,
            '\n' => {
                row += 1;
                if row == lines.len() {
                    lines.push(Vec::new());
                }
            }
            '\u{1b}' => {
                assert_eq!(characters.next(), Some('['));
                let mut number = String::new();
                let command = loop {
                    match characters.next().expect("a whole sequence") {
                        digit if digit.is_ascii_digit() => number.push(digit),
                        command => break command,
                    }
                };
                match (number.as_str(), command) {
                    ("2", 'K') => lines[row].clear(),
                    ("" | "0", 'K') => lines[row].truncate(column),
                    (_, 'A') => row -= number.parse().unwrap_or(1),
                    (_, 'B') => row += number.parse().unwrap_or(1),
                    _ => panic!("what does \\e[{number}{command} do?"),
                }
            }
            shown => {
                let line: &mut Vec<char> = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = shown;
                column += 1;
            }
        }
    }
    let lines = lines.into_iter().map(|line| line.into_iter().collect());
    lines.collect()
}

/// A line without what differs from run to run: numbers, and the columns they fill.
fn shape(line: &str) -> String {
    let line = line.replace("[==============================] 100%  ", "");
    let mut shape = String::new();
    for character in line.trim_end().chars() {
        let character = if character.is_ascii_hexdigit() {
            '#'
        } else {
            character
        };
        if !(matches!(character, '#' | ' ') && shape.ends_with(character)) {
            shape.push(character);
        }
    }
    shape
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_shows_the_same_lines_as_a_file_and_no_blank_one_is_lost() {
    let providers = "hetzner ovh sahara ionos";
    let mut piped = tour(providers);
    let piped = tokio::spawn(async move { piped.output().await });

    // This gives the program a terminal of its own, and takes the end of its input for a key that was pressed.
    let mut terminal = Command::new("script");
    let line = format!(
        "stty columns 120 rows 50; exec {} {providers}",
        program().display()
    );
    terminal.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    terminal
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = terminal
        .spawn()
        .expect("the program `script` of util-linux");
    let input = child.stdin.take();
    let output = child.wait_with_output().await.expect("an end");
    drop(input);
    let piped = piped.await.expect("no panic").expect("a program");
    assert!(piped.status.success(), "{piped:?}");
    assert_eq!(text(&piped.stderr), "");
    assert!(output.status.success(), "{output:?}");
    let written = text(&output.stdout);
    assert!(written.contains(" 100%  done in "), "no bar in {written}");
    let screen = screen(&written);
    assert_eq!(
        screen.last().map(String::as_str),
        Some(""),
        "a prompt would not begin a line"
    );
    let shown: Vec<String> = screen[..screen.len() - 1]
        .iter()
        .map(|line| shape(line))
        .collect();
    let wanted: Vec<String> = text(&piped.stdout).lines().map(shape).collect();
    assert_eq!(shown, wanted, "{}", screen.join("\n"));

    // What is below a line that was a bar: a blank line where the tour has one.
    let below = |line: &str| {
        let at = screen.iter().position(|shown| shown.starts_with(line));
        screen[at.unwrap_or_else(|| panic!("no {line:?}")) + 1].clone()
    };
    for line in ["  snapshot ", "  cluster ", "  node pool ", "  reboot "] {
        assert_eq!(below(line), "", "below {line:?}");
    }
}
