//! Kubeconfigs: from every form of answer into files that only their owner reads.

use std::fs;
use std::path::{Path, PathBuf};

use ionos_dataplatform::{ErrorKind, Kubeconfig};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

mod common;

use common::{ID, answered, client, cluster};

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
        const NAME: &str = "modes::it_is_never_readable_for_others_not_even_for_a_moment";
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
