//! Makes tests of all that the guide shows.
//!
//! - A fence of Rust with a `main` is a program: it runs in a process of its own, whose environment leads to a sandbox.
//! - One with `api=hetzner` (or `ovh`, `sahara`, `vdk`, `ionos`, `robot`) is a fragment: it runs in an async function where
//!   `api` is that client and `sandbox` what it talks to, in process and in paused time.
//! - Any other consists of items. Those that are tests run.
//! - `no_run` only compiles.
//! - `<!-- setup: .. -->` before a fragment makes what must be there; before a program it names the client too, as in
//!   `<!-- setup api=hetzner: .. -->`.
//! - `<!-- calls api=hetzner setup: .. -->` before a table makes each code in its last column a fragment.
//!
//! Each becomes a file with as many lines before it as it has in its chapter, so that an error names the chapter's line.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

mod chapters;

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    let source = root.join("src");
    // Cargo looks at all that is below.
    println!("cargo::rerun-if-changed={}", source.display());
    let mut book = String::new();
    for chapter in chapters::chapters(&source) {
        let text = fs::read_to_string(&chapter).expect("a chapter that was listed");
        let name: String = chapter
            .strip_prefix(&source)
            .expect("below the source")
            .with_extension("")
            .to_str()
            .expect("a name in UTF-8")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let snippets = snippets(&text);
        if snippets.is_empty() {
            continue;
        }
        let _ = writeln!(book, "mod {name} {{");
        for snippet in snippets {
            let module = format!("line_{}", snippet.line);
            let code = snippet.file(&format!("{name}::{module}"));
            let file = out.join(format!("{name}_{}.rs", snippet.line));
            fs::write(&file, code).expect("a writable folder");
            let _ = writeln!(
                book,
                "    #[path = \"{}\"]\n    #[rustfmt::skip]\n    #[allow(warnings, clippy::all, clippy::pedantic)]\n    mod {module};",
                file.display().to_string().escape_default()
            );
        }
        book.push_str("}\n");
    }
    fs::write(out.join("book.rs"), book).expect("a writable folder");
}

/// Calls with their lines.
type Calls = Vec<(usize, String)>;

/// What one fence or table shows.
struct Snippet {
    line: usize,
    kind: Kind,
    setup: String,
}

enum Kind {
    Program {
        code: String,
        api: Option<String>,
        runs: bool,
    },
    Fragment {
        code: String,
        api: String,
        runs: bool,
    },
    Items {
        code: String,
    },
    Calls {
        api: String,
        runs: bool,
        calls: Calls,
    },
}

/// What a comment says about the fence or table after it.
#[derive(Default)]
struct Comment {
    calls: bool,
    runs: bool,
    api: Option<String>,
    setup: String,
}

impl Comment {
    fn parse(html: &str, line: usize) -> Option<Self> {
        let text = html
            .trim()
            .strip_prefix("<!--")?
            .strip_suffix("-->")?
            .trim();
        let (head, setup) = match text.split_once("setup:") {
            Some((head, setup)) => (head, setup.trim()),
            // `setup api=hetzner: ..`
            None if text.starts_with("setup ") => text.split_once(':')?,
            None => (text, ""),
        };
        let mut words = head.split_whitespace().peekable();
        let calls = words.next_if_eq(&"calls").is_some();
        words.next_if_eq(&"setup");
        let mut comment = Self {
            calls,
            runs: true,
            api: None,
            setup: setup.trim().to_owned(),
        };
        for word in words {
            match word.split_once('=') {
                Some(("api", api)) => comment.api = Some(api.to_owned()),
                None if word == "no_run" => comment.runs = false,
                // A comment for people.
                _ if !calls && setup.is_empty() => return None,
                _ => panic!("line {line}: a comment says {word:?}, which means nothing"),
            }
        }
        assert!(
            !calls || comment.api.is_some(),
            "line {line}: calls need `api=`, the client that they are of"
        );
        Some(comment)
    }
}

fn snippets(text: &str) -> Vec<Snippet> {
    let line_of = |offset: usize| text[..offset].matches('\n').count() + 1;
    let mut found = Vec::new();
    let mut comment: Option<Comment> = None;
    let mut html: Option<(usize, String)> = None;
    let mut fence: Option<(usize, String, String)> = None;
    let mut table: Option<(usize, Comment, Calls)> = None;
    // The calls of the row's last cell so far.
    let mut cell = Vec::new();
    let mut in_head = false;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) => html = Some((line_of(range.start), String::new())),
            Event::Html(part) => {
                if let Some((_, html)) = &mut html {
                    html.push_str(&part);
                }
            }
            Event::End(TagEnd::HtmlBlock) => {
                let (line, html) = html.take().expect("begun");
                comment = Comment::parse(&html, line);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                fence = Some((line_of(range.start) + 1, info.to_string(), String::new()));
            }
            Event::Text(part) if fence.is_some() => {
                fence.as_mut().expect("begun").2.push_str(&part);
            }
            Event::End(TagEnd::CodeBlock) => {
                let said = comment.take();
                let Some((line, info, code)) = fence.take() else {
                    continue;
                };
                found.extend(fenced(line, &info, code, said));
            }
            Event::Start(Tag::Table(_)) => {
                table = comment
                    .take()
                    .filter(|comment| comment.calls)
                    .map(|comment| (line_of(range.start), comment, Vec::new()));
            }
            Event::Start(Tag::TableHead) => in_head = true,
            Event::End(TagEnd::TableHead) => in_head = false,
            Event::Start(Tag::TableCell) => cell.clear(),
            Event::Code(code) if table.is_some() && !in_head => {
                cell.push((line_of(range.start), code.to_string()));
            }
            Event::End(TagEnd::TableRow) => {
                if let Some((_, _, calls)) = &mut table {
                    calls.append(&mut cell);
                }
            }
            Event::End(TagEnd::Table) => {
                let Some((line, comment, calls)) = table.take() else {
                    continue;
                };
                assert!(
                    !calls.is_empty(),
                    "line {line}: a table of calls has none in its last column"
                );
                found.push(Snippet {
                    line,
                    kind: Kind::Calls {
                        api: comment.api.expect("checked"),
                        runs: comment.runs,
                        calls,
                    },
                    setup: comment.setup,
                });
            }
            Event::Start(_) if html.is_none() && fence.is_none() && table.is_none() => {
                comment = None;
            }
            _ => {}
        }
    }
    found
}

fn fenced(line: usize, info: &str, code: String, comment: Option<Comment>) -> Option<Snippet> {
    let mut words = info.split(',').map(str::trim);
    if words.next() != Some("rust") {
        return None;
    }
    let mut api = None;
    let mut runs = true;
    for word in words {
        match word.split_once('=') {
            Some(("api", name)) => api = Some(name.to_owned()),
            None if word == "no_run" => runs = false,
            _ => panic!("line {line}: a fence says {word:?}, which means nothing"),
        }
    }
    for shown in code.lines() {
        assert!(
            shown != "#" && !shown.starts_with("# "),
            "line {line}: {shown:?} would be shown, for only rustdoc hides such lines"
        );
    }
    let comment = comment.unwrap_or_default();
    let is_program = code
        .lines()
        .any(|line| line.starts_with("fn main(") || line.starts_with("async fn main("));
    let kind = match api {
        Some(api) => Kind::Fragment { code, api, runs },
        None if is_program => Kind::Program {
            code,
            api: comment.api,
            runs,
        },
        None => Kind::Items { code },
    };
    Some(Snippet {
        line,
        kind,
        setup: comment.setup,
    })
}

impl Snippet {
    fn file(&self, path: &str) -> String {
        let mut file = "\n".repeat(self.line.saturating_sub(2));
        match &self.kind {
            Kind::Items { code } => {
                file.push('\n');
                file.push_str(code);
            }
            Kind::Program { code, api, runs } => {
                file.push('\n');
                for line in code.lines() {
                    let is_main =
                        line.starts_with("fn main(") || line.starts_with("async fn main(");
                    let _ = writeln!(file, "{}{line}", if is_main { "pub " } else { "" });
                }
                let setup = match api {
                    Some(api) => format!(
                        "async fn setup(sandbox: cloud_sandbox::Sandbox) -> guide::Result {{ let api = guide::{api}(&sandbox)?; {} Ok(()) }}",
                        self.setup
                    ),
                    None => "async fn setup(_: cloud_sandbox::Sandbox) -> guide::Result { Ok(()) }"
                        .to_owned(),
                };
                if *runs {
                    let _ = writeln!(
                        file,
                        "{setup}\n#[test] fn program() {{ guide::program(\"{path}::program\", |sandbox| Box::pin(setup(sandbox)), || std::process::Termination::report(main())) }}"
                    );
                }
            }
            Kind::Fragment { code, api, runs } => {
                let test = test(*runs);
                let _ = writeln!(
                    file,
                    "{test} async fn fragment() -> guide::Result {{ let sandbox = guide::sandbox(); let api = guide::{api}(&sandbox)?; {}",
                    self.setup.replace('\n', " ")
                );
                file.push_str(code);
                file.push_str("\n; Ok(()) }");
            }
            Kind::Calls { api, runs, calls } => {
                let test = test(*runs);
                let mut at = self.line.saturating_sub(1);
                for (number, (line, call)) in calls.iter().enumerate() {
                    while at < *line {
                        file.push('\n');
                        at += 1;
                    }
                    let setup = self.setup.replace('\n', " ");
                    let _ = write!(
                        file,
                        " {test} async fn call_{}_of_line_{line}() -> guide::Result {{ let sandbox = guide::sandbox(); let api = guide::{api}(&sandbox)?; {setup} let _ = {{ {call} }}; Ok(()) }}",
                        number + 1
                    );
                }
            }
        }
        file
    }
}

fn test(runs: bool) -> &'static str {
    if runs {
        "#[tokio::test(start_paused = true)]"
    } else {
        "#[allow(dead_code)]"
    }
}
