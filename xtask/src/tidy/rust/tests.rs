use super::*;

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(name, text)| {
        let text = Some((*text).to_owned());
        (format!("crates/{name}"), text)
    });
    let tree = Tree {
        root: std::path::PathBuf::new(),
        files: files.collect(),
    };
    let mut faults = Vec::new();
    check(&tree, &mut faults);
    faults
}

#[test]
fn rooms_in_a_circle_are_found_by_paths_imports_and_arguments_of_macros() {
    let b = [
        "use crate::a::A;",
        "use crate::{a, c};",
        "use super::a::A;",
        "fn f() -> crate::a::A { todo() }",
        "make!(x => crate::a::A);",
        "macro_rules! m { () => { $crate::a::A } }",
    ];
    for b in b {
        let files = [
            ("x/src/a.rs", "mod within;"),
            ("x/src/a/within.rs", "use crate::b::B;"),
            ("x/src/b.rs", b),
            ("x/src/c.rs", "pub(crate) struct C;"),
        ];
        assert_eq!(faults(&files), ["crates/x: a circle of a, b"], "{b}");
    }
}

#[test]
fn what_tests_name_and_what_joins_rows_is_no_arrow() {
    let files = [
        ("x/src/lib.rs", "mod a; mod b; pub use crate::a::A;"),
        ("x/src/ops.rs", "use crate::a::ROWS;"),
        ("x/src/a.rs", "use crate::b::B; use crate::ops;"),
        (
            "x/src/b.rs",
            "#[cfg(test)] mod tests { use crate::a::A; } #[cfg(doc)] use crate::a::A;",
        ),
        ("x/src/b/tests.rs", "use crate::a::A;"),
    ];
    assert!(faults(&files).is_empty());
}

#[test]
fn a_word_that_has_another_is_named_with_its_line() {
    let files = [
        ("hetzner/src/a.rs", "\nstruct WithWork;\nstruct Work;"),
        ("cloud-sandbox/src/a.rs", "struct WithWork;"),
    ];
    assert_eq!(
        faults(&files),
        ["crates/hetzner/src/a.rs:2: `WithWork` has another word, Accepted"]
    );
}

#[test]
fn sentences_that_do_not_stand_alone_are_named() {
    let text = "\
        /// The project.\npub struct Project {\n    /// Its name.\n    pub name: String,\n    /// Private.\n    id: u32,\n}\n\
        /// The states that a project can be in.\npub enum State {\n    /// It has.\n    Ended,\n}\n\
        impl Project {\n    /// Reads it. All of it.\n    pub fn read(&self) {}\n    /// Helps.\n    fn help(&self) {}\n}";
    assert_eq!(
        faults(&[("ovh/src/a.rs", text)]),
        [
            "crates/ovh/src/a.rs:2: `Project` says no more than \"The project.\"",
            "crates/ovh/src/a.rs:4: `name` says no more than \"Its name.\"",
            "crates/ovh/src/a.rs:11: `Ended` says no more than \"It has.\"",
            "crates/ovh/src/a.rs:15: `read` says no more than \"Reads it\"",
        ]
    );
}

#[test]
fn a_file_in_its_folder_is_named() {
    assert_eq!(
        faults(&[("x/src/a/mod.rs", "")]),
        ["crates/x/src/a/mod.rs: is a file beside its folder elsewhere"]
    );
}

#[test]
fn a_method_that_makes_a_call_is_compiled_where_it_is_called() {
    let text = "impl<'a> Servers<'a> {
        pub fn list(self) -> ListServers {}
        fn start(self) -> cloud_core::call::Call<Action> {}
        #[inline]
        pub fn one(self) -> Call<Server> {}
        pub fn get(self, id: impl Into<ServerId>) -> Call<Server> {}
        fn any<T>(self) -> Task<T> {}
        pub fn name(&self) -> &str {}
    }
    impl<T> Servers<T> { pub fn all(self) -> Call<T> {} }";
    let why = "makes a call and is not #[inline], so every program holds it";
    assert_eq!(
        faults(&[("ovh/src/a.rs", text)]),
        [
            format!("crates/ovh/src/a.rs:2: `list` {why}"),
            format!("crates/ovh/src/a.rs:3: `start` {why}"),
        ]
    );
}
