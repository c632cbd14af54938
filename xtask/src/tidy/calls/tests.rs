use super::*;

const OPS: &str = r#"cloud_core::operations! {
    LIST_DISKS = "list_disks", GET "/disks";
    DELETE_DISK =
        "delete_disk", DELETE "/disks/{id}";
    LIST_DISK_ACTIONS = "list_disk_actions", GET "/disks/{id}/actions";
}
"#;

const DISKS: &str = r#"//! Disks.

impl Disks<'_> {
    /// Lists disks (`GET /disks`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// ```
    /// let disks = api.disks().list().all().await?;
    /// assert_eq!(disks.len(), 1);
    /// ```
    pub fn list(self) -> ListDisks {
        ListDisks::new(self.0.list(&ops::LIST_DISKS, "disks"))
    }

    /// Waits for a disk (`GET /disks?id=..`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// ```
    /// assert!(api.disks().ready(1).await.is_ok());
    /// ```
    pub fn ready(self, id: u64) -> cloud_core::wait::Waiter<Disk> {
        wait(id)
    }

    /// Deletes a disk (`DELETE /disks/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// ```
    /// api.disks().delete(1).await?;
    /// assert!(api.disks().list().await?.items.is_empty());
    /// ```
    #[allow(
        clippy::needless_pass_by_value,
        reason = "said on several lines"
    )]
    pub fn delete(self, id: impl Into<DiskId>) -> Call<Deleted> {
        self.0.delete(&ops::DELETE_DISK, id.into())
    }

    /// How many there may be. Sends nothing.
    pub fn most(self) -> usize {
        7
    }
}

cloud_core::list_request! {
    pub struct ListDisks => Disk;
}

actions!(Disks, "disks", LIST_DISK_ACTIONS);
"#;

const ACTIONS: &str = r#"macro_rules! actions {
    ($group:ident, $path:literal, $of:ident) => {
        impl $group<'_> {
            #[doc = concat!("Lists the actions of one (`GET /", $path, "/{id}/actions`).")]
            ///
            /// # Permissions
    ///
    /// A token with read access.
            ///
            /// ```
            #[doc = concat!("let actions = api.", $path, "().list_actions_of(1).all().await?;")]
            /// assert!(!actions.is_empty());
            /// ```
            pub fn list_actions_of(self, id: u64) -> ListActions {
                ListActions::new(self.0, &$crate::ops::$of, id)
            }
        }
    };
}
"#;

/// The counts and the faults of a crate whose file about disks differs in this.
fn checked(from: &str, to: &str) -> ((usize, usize), Vec<String>) {
    assert!(
        from.is_empty() || DISKS.contains(from) || ACTIONS.contains(from),
        "{from}"
    );
    let change = |text: &str| {
        if from.is_empty() {
            text.to_owned()
        } else {
            text.replacen(from, to, 1)
        }
    };
    let file = |name: &str, text: String| (format!("crates/hetzner/src/{name}"), Some(text));
    let files = vec![
        file("ops.rs", OPS.to_owned()),
        file("disks.rs", change(DISKS)),
        file("actions.rs", change(ACTIONS)),
    ];
    let mut faults = Vec::new();
    let count = check(
        &Tree {
            root: "/".into(),
            files,
        },
        &PROVIDERS[0],
        &mut faults,
    );
    (count, faults)
}

fn faults_with(from: &str, to: &str) -> Vec<String> {
    checked(from, to).1
}

#[test]
fn what_is_documented_is_counted() {
    assert_eq!(checked("", ""), ((4, 3), vec![]));
    let twice = "actions!(Disks, \"disks\", LIST_DISK_ACTIONS);\nactions!(Other, \"other\", LIST_OTHER_ACTIONS);";
    assert_eq!(
        checked("actions!(Disks, \"disks\", LIST_DISK_ACTIONS);", twice),
        ((5, 3), vec![])
    );
}

#[test]
fn a_room_that_makes_calls_has_a_story_that_asserts() {
    let without = DISKS.replace("assert", "look");
    let faults = faults_with(DISKS, &without);
    assert_eq!(
        faults,
        ["crates/hetzner/src/disks: no story of this room runs and asserts something"]
    );
}

#[test]
fn the_endpoint_must_be_that_of_the_operation() {
    let faults = faults_with("`DELETE /disks/{id}`", "`DELETE /disk/{id}`");
    assert!(
        faults[0].ends_with("`delete` does not name `DELETE /disks/{id}`"),
        "{faults:?}"
    );
    assert!(
        faults
            .last()
            .is_some_and(|fault| fault.contains("DELETE_DISK")),
        "{faults:?}"
    );
    let faults = faults_with("`GET /disks?id=..`", "`GET /disk?id=..`");
    assert!(
        faults[0].ends_with("`ready` names `GET /disk`, which nothing calls"),
        "{faults:?}"
    );
    let faults = faults_with("`GET /disks?id=..`", "`DELETE /disks`");
    assert!(
        faults[1].ends_with("`ready` names `DELETE /disks`, which nothing calls"),
        "{faults:?}"
    );
    let cut_short = |endpoint| faults_with("`GET /disks?id=..`", endpoint);
    assert_eq!(
        (
            cut_short("`GET /disks/{id}/..`").len(),
            cut_short("`GET /disks/{name}/..`").len()
        ),
        (0, 1)
    );
    let faults = faults_with(" (`GET /disks?id=..`)", "");
    assert!(
        faults[0].ends_with("`ready` does not name its endpoint"),
        "{faults:?}"
    );
}

#[test]
fn the_permission_must_be_that_of_the_method() {
    let faults = faults_with("with write access", "with read access");
    assert!(
        faults[0].ends_with(
            "`delete` does not say \"A token with write access.\" under `# Permissions`"
        ),
        "{faults:?}"
    );
    for to in ["", "    /// No token.\n"] {
        let faults = faults_with("    /// A token with read access.\n", to);
        assert!(
            faults[0].ends_with(
                "`list` does not say \"A token with read access.\" under `# Permissions`"
            ),
            "{faults:?}"
        );
    }
}

#[test]
fn an_operation_that_no_function_is_about_is_missed() {
    let faults = faults_with("actions!(Disks, \"disks\", LIST_DISK_ACTIONS);\n", "");
    assert_eq!(
        faults,
        [
            "crates/hetzner/src/: no documentation of a public function is about LIST_DISK_ACTIONS, \
             `GET /disks/{id}/actions`"
        ]
    );
}

/// The faults of a crate with a table for each version, and a function with this documentation and body.
fn faults_of_versions(endpoints: &str, body: &str) -> Vec<String> {
    let table = |name: &str, path: &str| {
        format!(
            "mod {name} {{\n    operations! {{\n        GET_DISK = \"get_disk\", GET \"{path}\";\n    }}\n}}\n"
        )
    };
    let ops = table("v1", "/disk/{id}") + &table("v2", "/disks/{id}");
    let code = format!(
        "/// One disk ({endpoints}).\n///\n/// # Permissions\n///\n/// A token with read access.\n///\n/// ```\n/// assert_eq!(get(1).await?.id, 1);\n\
         /// ```\npub fn get(id: u64) -> Disk {{\n    call({body}, id)\n}}\n"
    );
    let files = [("ops.rs", ops), ("disks.rs", code)];
    let files = files.map(|(name, text)| (format!("crates/hetzner/src/{name}"), Some(text)));
    let mut faults = Vec::new();
    check(
        &Tree {
            root: "/".into(),
            files: files.into(),
        },
        &PROVIDERS[0],
        &mut faults,
    );
    faults
}

#[test]
fn where_versions_disagree_each_endpoint_is_named() {
    for body in [
        "both!(GET_DISK)",
        "&ops::GET_DISK",
        "Op::Both(&v1::GET_DISK, &ops::v2::GET_DISK)",
    ] {
        assert_eq!(
            faults_of_versions("`GET /disks/{id}`, in v1 `GET /disk/{id}`", body),
            [""; 0]
        );
        let faults = faults_of_versions("`GET /disks/{id}`", body);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(
            faults[0].ends_with("`get` does not name `GET /disk/{id}`"),
            "{faults:?}"
        );
        assert!(
            faults[1].ends_with("is about GET_DISK, `GET /disk/{id}`"),
            "{faults:?}"
        );
    }
}

#[test]
fn a_call_of_one_version_names_the_endpoint_of_that_one() {
    let faults = |endpoint: &str| faults_of_versions(endpoint, "Op::V2(&v2::GET_DISK)");
    // The other one is missed as an operation that no function is about.
    let of_v2 = faults("`GET /disks/{id}`");
    assert_eq!(of_v2.len(), 1, "{of_v2:?}");
    assert!(
        of_v2[0].ends_with("is about GET_DISK, `GET /disk/{id}`"),
        "{of_v2:?}"
    );
    assert!(faults("`GET /disk/{id}`")[0].ends_with("`get` does not name `GET /disks/{id}`"));
}

#[test]
fn a_table_behind_a_module_is_in_none() {
    assert_eq!(module_at("mod v1 {\n    cloud_core::"), "v1");
    assert_eq!(
        module_at("pub mod v1 {\n}\n\npub(crate) mod v2 {\n    "),
        "v2"
    );
    assert_eq!(module_at("mod v1 {\n}\n\ncloud_core::"), "");
}

#[test]
fn an_endpoint_outside_of_the_table_is_in_the_code() {
    let (from, to) = ("`GET /disks?id=..`", "`GET /health`");
    assert_eq!(faults_with(from, to).len(), 1);
    let text = DISKS
        .replacen(from, to, 1)
        .replacen("wait(id)", "wait(\"/health\", id)", 1);
    assert_eq!(faults_with(DISKS, &text), [""; 0]);
}

#[test]
fn a_call_that_was_described_where_it_was_made_needs_an_example_alone() {
    let send = |words: &str, example: &str, body: &str| {
        let code = format!(
            "/// Sends it. {words}\n///\n/// ```\n/// {example}\n/// ```\npub async fn send(self) -> Result<Value> {{\n    {body}\n}}\n"
        );
        let mut faults = Vec::new();
        let tree = Tree {
            root: "/".into(),
            files: vec![("crates/ovh/src/raw.rs".to_owned(), Some(code))],
        };
        check(
            &tree,
            PROVIDERS
                .iter()
                .find(|provider| !provider.described.is_empty())
                .unwrap(),
            &mut faults,
        );
        faults.len()
    };
    let good = "assert!(call.send().await?.is_null());";
    assert_eq!(
        send("Needs what the call needs.", good, "self.call.await"),
        0
    );
    assert_eq!(send("Needs what the call needs.", "", "self.call.await"), 1);
    assert_eq!(send("", good, "self.call.await"), 2);
    // Passed on.
    assert_eq!(send("", "", "self.0.send().await"), 0);
}

#[test]
fn a_policy_rule_is_named_alike_by_what_reads_and_by_what_writes() {
    let sahara = PROVIDERS
        .iter()
        .find(|provider| provider.folder == "crates/sahara")
        .unwrap();
    let faults = |method: &str, sentence: &str| {
        let ops = format!("operations! {{\n    A_JOB = \"a_job\", {method} \"/jobs\";\n}}\n");
        let code = format!(
            "/// A job (`{method} /jobs`).\n///\n/// # Permissions\n///\n/// {sentence}\n///\n/// ```\n/// assert!(a_job().await.is_ok());\n\
             /// ```\npub fn a_job() -> Call<Job> {{\n    call(&ops::A_JOB)\n}}\n"
        );
        let files = [("ops.rs", ops), ("jobs.rs", code)];
        let files = files.map(|(name, text)| (format!("crates/sahara/src/{name}"), Some(text)));
        let mut faults = Vec::new();
        check(
            &Tree {
                root: "/".into(),
                files: files.into(),
            },
            sahara,
            &mut faults,
        );
        faults.len()
    };
    for method in METHODS {
        assert_eq!(faults(method, "The policy rule `job:get`."), 0);
        assert_eq!(
            faults(method, "The policy rules `job:get` and `job:list`."),
            0
        );
        // What stands in for it elsewhere does not where there is an operation.
        for sentence in ["", "A role.", "No policy rule.", "What the import needs."] {
            assert_eq!(faults(method, sentence), 1, "{sentence}");
        }
    }
}

#[test]
fn what_sends_nothing_may_say_so_unless_it_names_an_operation() {
    let silent = "    /// Waits for a file. Sends nothing.\n    pub async fn file(self) {\n        wait().await\n    }\n\n";
    let with = |function: &str| {
        let before = "    /// How many there may be.";
        checked(before, &format!("{function}{before}"))
    };
    assert_eq!(with(silent), ((4, 3), vec![]));
    assert!(!with(&silent.replace(" Sends nothing.", "")).1.is_empty());
    assert!(
        !with(&silent.replace("wait()", "call(&ops::LIST_DISKS)"))
            .1
            .is_empty()
    );
}

#[test]
fn what_is_in_no_table_may_have_a_sentence_of_its_own() {
    let ready = "GET /disks?id=..`).\n    ///\n    /// # Permissions\n    ///\n    /// A token with read access.";
    assert_eq!(
        faults_with(
            ready,
            &ready.replace("A token with read access", "No token")
        ),
        [""; 0]
    );
    assert_eq!(
        faults_with(ready, &ready.replace("A token with read access", "Luck")).len(),
        1
    );
}
