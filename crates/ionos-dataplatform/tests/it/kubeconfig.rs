//! Kubeconfigs: from every form of answer into files that only their owner reads.

use std::fs;
use std::path::{Path, PathBuf};

use ionos_dataplatform::{ErrorKind, Kubeconfig};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::common::{ID, answered, client, cluster};

const SECRET: &str = "hunter2";

fn document() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lake", "cluster": {"server": "https://lake.example:6443"}}],
        "users": [{"name": "admin", "user": {"token": SECRET}}],
        "contexts": [{"name": "admin@lake", "context": {"cluster": "lake", "user": "admin"}}],
        "current-context": "admin@lake",
    })
}

fn kubeconfig() -> Kubeconfig {
    Kubeconfig::parse(&document().to_string()).unwrap()
}

/// A directory of this test alone.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn files(&self) -> usize {
        fs::read_dir(&self.0).unwrap().count()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn yaml(path: &Path) -> Value {
    Kubeconfig::parse(&fs::read_to_string(path).unwrap())
        .unwrap()
        .expose()
}

#[tokio::test]
async fn an_object_and_text_of_both_kinds_are_understood() {
    let yaml = kubeconfig().to_yaml().expose_secret().to_owned();
    for body in [document(), json!(document().to_string()), json!(yaml)] {
        let (api, _) = answered(200, body);
        let found = api.clusters().kubeconfig(ID).await.unwrap();
        assert_eq!(found.expose(), document());
        assert_eq!(found.current_context().as_deref(), Some("admin@lake"));
        assert_eq!(
            serde_json::from_str::<Value>(found.to_json().expose_secret()).unwrap(),
            document()
        );
        assert_eq!(
            Kubeconfig::parse(found.to_yaml().expose_secret())
                .unwrap()
                .expose(),
            document()
        );
    }
}

#[tokio::test]
async fn what_is_none_is_refused_without_quoting_it() {
    for (body, problem) in [
        (json!([SECRET]), "is neither an object nor the text of one"),
        (json!(null), "is neither an object nor the text of one"),
        (json!(SECRET), "is no object"),
        (json!(format!("a: [{SECRET}")), "is not valid YAML (line "),
    ] {
        let (api, _) = answered(200, body);
        let error = api.clusters().kubeconfig(ID).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(
            error
                .to_string()
                .contains(&format!("the kubeconfig {problem}")),
            "{error}"
        );
        assert!(!format!("{error}{error:?}").contains(SECRET), "{error}");
    }
    let error = Kubeconfig::parse(&format!("a: [{SECRET}")).unwrap_err();
    assert!(
        error.to_string().contains("kubeconfig: is not valid YAML")
            && !error.to_string().contains(SECRET)
    );
}

/// YAML takes the same characters for line breaks, and a line break in a quoted text for a space.
#[test]
fn texts_of_json_are_kept_to_the_character() {
    let text = "{\"users\":[{\"name\":\"a\u{85}b\u{2028}c\u{2029}d\u{7f}\"}]}";
    let kubeconfig = Kubeconfig::parse(text).unwrap();
    assert_eq!(
        kubeconfig.expose()["users"][0]["name"],
        "a\u{85}b\u{2028}c\u{2029}d\u{7f}"
    );
    for written in [kubeconfig.to_json(), kubeconfig.to_yaml()] {
        assert_eq!(
            Kubeconfig::parse(written.expose_secret()).unwrap().expose(),
            kubeconfig.expose()
        );
    }
}

#[test]
fn it_is_never_shown() {
    let kubeconfig = kubeconfig();
    let shown = format!(
        "{kubeconfig:?}{:?}{:?}",
        kubeconfig.to_json(),
        kubeconfig.to_yaml()
    );
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn the_name_of_the_file_decides_about_its_form() {
    let scratch = Scratch::new("form");
    for (name, is_json) in [
        ("kubeconfig.json", true),
        ("a.JSON", true),
        ("kubeconfig.yaml", false),
        ("config", false),
    ] {
        let path = scratch.path(name);
        kubeconfig().write_to(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&text).is_ok(),
            is_json,
            "{text}"
        );
        assert!(text.ends_with('\n') && yaml(&path) == document());
    }
    assert_eq!(scratch.files(), 4, "nothing else is left behind");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let scratch = Scratch::new("nowhere");
    for path in [scratch.path("no/such/folder/config"), scratch.0.clone()] {
        let error = kubeconfig().write_to(&path).unwrap_err();
        assert_eq!(error.fields()[0].name, "path");
        assert!(
            error
                .to_string()
                .contains(&format!("{} cannot be written: ", path.display())),
            "{error}"
        );
        // The message tells the cause; it is not told again.
        assert!(error.api::<std::io::Error>().is_some());
        assert!(std::error::Error::source(&error).is_none() && !error.to_string().contains(SECRET));
    }
    assert_eq!(scratch.files(), 0);
}

#[test]
fn merging_adds_replaces_and_keeps() {
    let scratch = Scratch::new("merge");
    let path = scratch.path("config");
    kubeconfig().merge_into(&path).unwrap();
    assert_eq!(yaml(&path), document(), "without a file it is the file");

    let there = "apiVersion: v1\nkind: Config\ncurrent-context: mine\npreferences: {colors: true}\nextra: 1\n\
                 clusters: [{name: mine, cluster: {server: a}}, {name: lake, cluster: {server: old}}]\n\
                 users: null\ncontexts: [{name: mine, context: {cluster: mine}}]\n";
    fs::write(&path, there).unwrap();
    kubeconfig().merge_into(&path).unwrap();
    let mut expected = document();
    expected["current-context"] = json!("mine");
    expected["preferences"] = json!({"colors": true});
    expected["extra"] = json!(1);
    expected["clusters"] =
        json!([{"name": "mine", "cluster": {"server": "a"}}, document()["clusters"][0]]);
    expected["contexts"] =
        json!([{"name": "mine", "context": {"cluster": "mine"}}, document()["contexts"][0]]);
    assert_eq!(yaml(&path), expected);
    kubeconfig().merge_into(&path).unwrap();
    assert_eq!(yaml(&path), expected, "a second time changes nothing");

    for nobody in ["", "  \n", "current-context: ''\n", "current-context: null"] {
        fs::write(&path, nobody).unwrap();
        kubeconfig().merge_into(&path).unwrap();
        assert_eq!(yaml(&path)["current-context"], "admin@lake", "{nobody:?}");
    }
}

#[test]
fn what_is_no_kubeconfig_is_left_alone() {
    let scratch = Scratch::new("alone");
    let path = scratch.path("config");
    for (there, problem) in [
        ("[hunter2]", "is no object"),
        ("a: [hunter2", "is not valid YAML (line "),
        (
            "clusters: hunter2",
            "has something else than a list at clusters",
        ),
    ] {
        fs::write(&path, there).unwrap();
        let error = kubeconfig().merge_into(&path).unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&format!("{} {problem}", path.display())),
            "{error}"
        );
        assert!(!error.to_string().contains(SECRET), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), there);
    }
    assert_eq!(scratch.files(), 1);
}

/// What the file holds before and after, to the byte, and what a second library reads from it.
fn merged(scratch: &Scratch, new: &Kubeconfig, before: &str) -> String {
    let path = scratch.path("config");
    fs::write(&path, before).unwrap();
    new.merge_into(&path).unwrap();
    let after = fs::read_to_string(&path).unwrap();
    new.merge_into(&path).unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        after,
        "a second time changes nothing"
    );
    after
}

/// The first document, read by another library, with its scalars as that one reads them.
fn second_opinion(text: &str) -> serde_yaml_ng::Value {
    let text = text.trim_start_matches('\u{feff}');
    let first = serde_yaml_ng::Deserializer::from_str(text).next().unwrap();
    let mut read: serde_yaml_ng::Value = serde::Deserialize::deserialize(first).unwrap();
    read.apply_merge().unwrap();
    read
}

const LAKE: &str =
    "apiVersion: v1\nkind: Config\nclusters: [{name: lake, cluster: {server: 'https://x'}}]\n";

#[test]
fn a_kubeconfig_with_anchors_and_merge_keys_keeps_them() {
    let scratch = Scratch::new("anchors");
    let before = "apiVersion: v1\nkind: Config\ncurrent-context: b\nclusters:\n- name: a\n  \
                  cluster: &c {server: https://a, certificate-authority-data: QQ==}\n- name: b\n  cluster:\n    \
                  <<: *c\n    server: https://b\nusers: [{name: me, user: {token: abc}}]\n\
                  contexts: [{name: b, context: {cluster: b, user: me}}]\n";
    let after = merged(&scratch, &Kubeconfig::parse(LAKE).unwrap(), before);
    let added = "- cluster:\n    server: \"https://x\"\n  name: \"lake\"\n";
    assert_eq!(
        after,
        before.replace("users: [", &format!("{added}users: ["))
    );
    let (mut was, is) = (second_opinion(before), second_opinion(&after));
    assert_eq!(
        is["clusters"][1]["cluster"]["certificate-authority-data"],
        "QQ=="
    );
    let lake = serde_yaml_ng::to_value(json!({"name": "lake", "cluster": {"server": "https://x"}}))
        .unwrap();
    was["clusters"].as_sequence_mut().unwrap().push(lake);
    assert_eq!(is, was);
}

#[test]
fn merging_changes_nothing_but_what_is_meant() {
    let scratch = Scratch::new("bytes");
    let lake = Kubeconfig::parse(LAKE).unwrap();
    let item = |indent: &str| {
        format!("{indent}- cluster:\n{indent}    server: \"https://x\"\n{indent}  name: \"lake\"\n")
    };
    let flow = r#"{"cluster": {"server": "https://x"}, "name": "lake"}"#;
    let odd = "apiVersion: v1\nkind: Config\nx: [1e5, 0x1F, 0o17, 1.10, yes, 017, 12:30, ~, .inf, 2001-01-01]\n";
    let cases = [
        // Comments, blank lines, odd scalars, several documents.
        (
            format!(
                "# mine\n{odd}clusters:\n  # first\n  - name: a   # here\n    cluster: {{}}\n\n# end\n---\nb: [\n"
            ),
            format!(
                "# mine\n{odd}clusters:\n  # first\n  - name: a   # here\n    cluster: {{}}\n{}\n# end\n---\nb: [\n",
                item("  ")
            ),
        ),
        // Dashes that are not indented, and a key behind the list.
        (
            format!("{odd}clusters:\n-   name: a\n    cluster: {{}}\nusers: null\n"),
            format!(
                "{odd}clusters:\n-   name: a\n    cluster: {{}}\n{}users: null\n",
                item("")
            ),
        ),
        // An entry of the same name goes, and what stands around it stays.
        (
            format!(
                "{odd}clusters:\n- name: a\n# the old one\n- cluster: {{server: old}} # x\n  name: lake  # y\n- name: b\n"
            ),
            format!(
                "{odd}clusters:\n- name: a\n# the old one\n- cluster:\n    server: \"https://x\"\n  name: \"lake\"  # y\n- name: b\n"
            ),
        ),
        (
            format!("{odd}clusters:\n- {{name: lake, cluster: *no}} \n").replace("*no", "~"),
            format!("{odd}clusters:\n- cluster:\n    server: \"https://x\"\n  name: \"lake\" \n"),
        ),
        // A block of text as the last thing of an entry.
        (
            format!(
                "{odd}clusters:\n- name: lake\n  cluster:\n    server: |\n      old\n- name: b\n  note: |+\n    text\n\nz: 1\n"
            ),
            format!(
                "{odd}clusters:\n{}- name: b\n  note: |+\n    text\n\nz: 1\n",
                item("")
            ),
        ),
        (
            format!("{odd}clusters:\n- name: b\n  note: |+\n    text\n\nz: 1\n"),
            format!(
                "{odd}clusters:\n- name: b\n  note: |+\n    text\n\n{}z: 1\n",
                item("")
            ),
        ),
        // Nothing there yet, in every spelling.
        (
            format!("{odd}clusters:\nz: 1\n"),
            format!("{odd}clusters:\n{}z: 1\n", item("")),
        ),
        (
            format!("{odd}clusters: null # none\nz: 1\n"),
            format!("{odd}clusters:\n{} # none\nz: 1\n", item("").trim_end()),
        ),
        (
            format!("{odd}\"clusters\" : []\nz: 1\n"),
            format!("{odd}\"clusters\" :\n{}z: 1\n", item("")),
        ),
        (
            format!("{odd}z: 1 # end"),
            format!("{odd}z: 1 # end\nclusters:\n{}", item("  ").trim_end()),
        ),
        (
            format!("{odd}z: 1\n...\n"),
            format!("{odd}z: 1\nclusters:\n{}...\n", item("  ")),
        ),
        // Lists in brackets.
        (
            format!("{odd}clusters: [{{name: a}}, ] # c\n"),
            format!("{odd}clusters: [{{name: a}}, {flow}, ] # c\n"),
        ),
        (
            format!("{odd}clusters: [\n  # none yet\n]\n"),
            format!("{odd}clusters: [\n  # none yet\n{flow}]\n"),
        ),
        (
            format!("{odd}clusters: [{{name: a}}, {{name: lake}}]\n"),
            format!("{odd}clusters: [{{name: a}}, {flow}]\n"),
        ),
        // A name that is told by an alias, or by a merge key, is a name.
        (
            format!("{odd}n: &n lake\nd: &d {{name: lake}}\nclusters:\n- name: *n\n"),
            format!(
                "{odd}n: &n lake\nd: &d {{name: lake}}\nclusters:\n{}",
                item("")
            ),
        ),
        (
            format!("{odd}d: &d {{name: lake}}\nclusters:\n- <<: *d\n"),
            format!("{odd}d: &d {{name: lake}}\nclusters:\n{}", item("")),
        ),
        // An anchor on the list itself.
        (
            format!("{odd}clusters: &all\n  - name: a\n"),
            format!("{odd}clusters: &all\n  - name: a\n{}", item("  ")),
        ),
        // JSON stays JSON.
        (
            "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Config\",\n\t\"n\": 1e5\n}".to_owned(),
            format!(
                "{{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Config\",\n\t\"n\": 1e5,\n\t\"clusters\": [{flow}]\n}}"
            ),
        ),
        (
            "{\"apiVersion\": \"v1\", \"kind\": \"Config\", \"clusters\": null}\n".to_owned(),
            format!("{{\"apiVersion\": \"v1\", \"kind\": \"Config\", \"clusters\": [{flow}]}}\n"),
        ),
    ];
    for (before, after) in cases {
        let got = merged(&scratch, &lake, &before);
        assert_eq!(got, after, "{before}");
        assert_eq!(
            second_opinion(&got)["clusters"]
                .as_sequence()
                .unwrap()
                .iter()
                .filter(|item| item["name"] == "lake")
                .count(),
            1
        );
        // The same with the line ends of Windows, and behind a byte order mark.
        let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(
            merged(&scratch, &lake, &windows(&before)),
            windows(&after),
            "{before}"
        );
    }
    // What says nothing adds nothing.
    let nobody = Kubeconfig::parse(&format!(
        "{LAKE}users: []\ncontexts: null\ncurrent-context: ''\n"
    ));
    let before = format!("{odd}users: null\nclusters: []\n");
    let got = merged(&scratch, &nobody.unwrap(), &before);
    assert_eq!(
        got,
        before.replace("clusters: []\n", &format!("clusters:\n{}", item("")))
    );
    // Comments alone are kept, too.
    let got = merged(&scratch, &lake, "# mine");
    assert_eq!(got, format!("# mine\n{}", lake.to_yaml().expose_secret()));
}

/// Whatever the file looks like: it says afterwards what it said before and the new entries, or it is not touched.
#[test]
fn a_file_says_the_same_and_the_new_entries_or_is_left_alone() {
    let scratch = Scratch::new("random");
    let path = scratch.path("config");
    let lake = Kubeconfig::parse(LAKE).unwrap();
    let parts = [
        "clusters:",
        "users:",
        "contexts:",
        " [",
        "]",
        " {",
        "}",
        ", ",
        "\n",
        "\n- ",
        "\n  - ",
        "name: lake",
        "name: a",
        "\n  name: b",
        "&a ",
        "*a",
        "<<: *a",
        "# c",
        "\n\n",
        " null",
        "''",
        "x: 1e5",
        "current-context:",
        "\"clusters\": ",
        "|\n    text",
        "\n---\n",
        "\n...\n",
        "!!str ",
        "? ",
        "\t",
        "cluster: ",
    ];
    let mut rng = fastrand::Rng::with_seed(29);
    let (mut changed, mut kept) = (0, 0);
    for _ in 0..4_000 {
        let mut before: String = (0..rng.usize(1..10))
            .map(|_| parts[rng.usize(..parts.len())])
            .collect();
        before.insert_str(
            0,
            ["", "a: &a {name: lake}\n", "a: &a [{name: a}]\n"][rng.usize(..3)],
        );
        let Ok(was) = Kubeconfig::parse(&before) else {
            continue;
        };
        let mut expected = was.expose();
        for key in ["apiVersion", "kind"] {
            if expected[key].is_null() || expected[key] == "" {
                expected[key] = lake.expose()[key].clone();
            }
        }
        let new = &lake.expose()["clusters"][0];
        match &mut expected["clusters"] {
            Value::Array(list) => match list.iter().position(|item| item["name"] == "lake") {
                Some(at) => list[at] = new.clone(),
                None => list.push(new.clone()),
            },
            other => *other = json!([new]),
        }
        let text = merge_text(&path, &lake, &before);
        if text == before {
            kept += 1;
            continue;
        }
        changed += 1;
        assert_eq!(
            Kubeconfig::parse(&text).unwrap().expose(),
            expected,
            "{before:?}"
        );
        assert!(
            text.len() > before.len() || before.contains("lake"),
            "{before:?} {text:?}"
        );
    }
    assert!(
        changed > 500 && kept < changed / 4,
        "{changed} changed, {kept} kept"
    );
}

fn merge_text(path: &Path, new: &Kubeconfig, before: &str) -> String {
    fs::write(path, before).unwrap();
    match new.merge_into(path) {
        Ok(()) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::Input, "{before:?}: {error}"),
    }
    fs::read_to_string(path).unwrap()
}

#[test]
fn what_cannot_be_merged_safely_is_left_alone_and_says_why() {
    let scratch = Scratch::new("unsafe");
    let path = scratch.path("config");
    let lake = Kubeconfig::parse(LAKE).unwrap();
    for (before, problem) in [
        (
            "clusters: []\nclusters: []\n",
            "has a key twice in one object (line 2, column 11)",
        ),
        (
            "a: {b: 1, b: 2}\n",
            "has a key twice in one object (line 1, column 14)",
        ),
        (
            "a: &a {clusters: []}\n<<: *a\n",
            "takes its clusters from somewhere else by a merge key",
        ),
        (
            "clusters:\n- name: lake\n  cluster: &c {server: old}\n- name: b\n  cluster: *c\n",
            "is written in a way in which nothing can be changed safely, such as an entry whose anchor others use",
        ),
        (
            "a: &a [{name: b}]\nclusters: *a\n",
            "is written in a way in which nothing can be changed safely, such as an entry whose anchor others use",
        ),
        (
            "clusters: {}\n",
            "has something else than a list at clusters",
        ),
    ] {
        fs::write(&path, before).unwrap();
        let error = lake.merge_into(&path).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("wrong argument: path: {} {problem}", path.display())
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
    }
}

#[test]
fn a_kubeconfig_is_read_as_kubectl_reads_it() {
    let text = "a: &a {x: 1e5, y: 1.10}\nb: {<<: *a, y: yes}\n---\nother: document\n";
    let read = Kubeconfig::parse(text).unwrap();
    assert_eq!(
        read.expose(),
        json!({"a": {"x": "1e5", "y": "1.10"}, "b": {"x": "1e5", "y": "yes"}})
    );
    for twice in ["a: hunter2\na: hunter2", "{\"a\": \"hunter2\", \"a\": 1}"] {
        let error = Kubeconfig::parse(twice).unwrap_err().to_string();
        assert!(
            error.contains("kubeconfig: has a key twice in one object (line ")
                && !error.contains("hunter2"),
            "{error}"
        );
    }
}

#[cfg(unix)]
mod modes {
    use std::io::Read;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_owner_reads_it() {
        let sandbox = cloud_sandbox::Sandbox::new();
        let api = client(&sandbox);
        let lake = cluster(&api, "lake").await;
        let scratch = Scratch::new("modes");
        let path = scratch.path("kubeconfig.yaml");
        api.clusters()
            .kubeconfig(&lake)
            .await
            .unwrap()
            .write_to(&path)
            .unwrap();
        assert_eq!(mode(&path), 0o600);
        let written = yaml(&path);
        assert_eq!(written["current-context"], "cluster-admin@lake");

        // Whoever had the old file open does not see the new one.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let mut before = fs::File::open(&path).unwrap();
        kubeconfig().merge_into(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        let mut text = String::new();
        before.read_to_string(&mut text).unwrap();
        assert!(!text.contains(SECRET) && fs::read_to_string(&path).unwrap().contains(SECRET));
    }

    #[test]
    fn a_link_is_followed() {
        let scratch = Scratch::new("link");
        let (link, target) = (scratch.path("link"), scratch.path("target"));
        fs::write(&target, "").unwrap();
        symlink(&target, &link).unwrap();
        kubeconfig().merge_into(&link).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((mode(&target), yaml(&target)), (0o600, document()));
    }

    /// Looks at the files all the time while they are written, in a process that would let everybody read new files.
    #[test]
    fn it_is_never_readable_for_others_not_even_for_a_moment() {
        const AGAIN: &str = "KUBECONFIG_TEST_WITHOUT_UMASK";
        const NAME: &str =
            "kubeconfig::modes::it_is_never_readable_for_others_not_even_for_a_moment";
        if std::env::var_os(AGAIN).is_none() {
            let program = std::env::current_exe().unwrap();
            let output = std::process::Command::new("sh")
                .args([
                    "-c",
                    "umask 000; exec \"$0\" --exact \"$1\"",
                    program.to_str().unwrap(),
                    NAME,
                ])
                .env(AGAIN, "1")
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && text.contains("1 passed"),
                "{text}"
            );
            return;
        }
        let scratch = Scratch::new("moment");
        fs::write(scratch.path("open"), "").unwrap();
        assert_eq!(
            mode(&scratch.path("open")),
            0o666,
            "this process lets everybody read"
        );
        fs::remove_file(scratch.path("open")).unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watch = scope.spawn(|| {
                let mut seen = 0;
                while !done.load(Ordering::Relaxed) {
                    for entry in fs::read_dir(&scratch.0).unwrap().flatten() {
                        // It may be gone by now.
                        let Ok(found) = entry.metadata() else {
                            continue;
                        };
                        assert_eq!(found.mode() & 0o077, 0, "{:?}", entry.path());
                        seen += 1;
                    }
                }
                seen
            });
            for _ in 0..300 {
                kubeconfig().write_to(scratch.path("config")).unwrap();
            }
            done.store(true, Ordering::Relaxed);
            assert!(watch.join().unwrap() > 0);
        });
    }
}
