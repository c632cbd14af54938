//! A product of our own making, generated, sent and taken apart; and what the server and the drive find wrong.
#![allow(
    clippy::needless_raw_string_hashes,
    reason = "generated texts have them, whether they need them or not"
)]

use ovh_mock::{Drive, Server, given, run};
use serde_json::{Value, json};

#[path = "miniature/drive.rs"]
mod drive;
#[allow(dead_code, reason = "it is generated as for a crate")]
#[path = "miniature/operations.rs"]
mod operations;
#[allow(dead_code, reason = "it is generated as for a crate")]
#[path = "miniature/types.rs"]
mod types;
#[path = "miniature/unstable.rs"]
mod unstable;

/// As a product crate shows it.
mod product {
    pub(crate) use crate::operations::*;
    pub(crate) use crate::unstable;
}

const DESCRIPTION: &str = include_str!("miniature/description.json");
const ANSWERS: &str = include_str!("miniature/answers.txt");

fn document() -> Value {
    given(DESCRIPTION)
}

/// Sends everything to a server of this description.
fn drive_all(document: &Value, apart: bool) -> Drive {
    drive_with(document, ANSWERS, apart)
}

fn drive_with(document: &Value, answers: &str, apart: bool) -> Drive {
    let server = Server::new(document, answers);
    run(async {
        let mut drive = Drive::new(&server, apart);
        drive::all(&mut drive).await;
        drive
    })
}

/// What the server says to this operation alone.
fn refusal(operation: impl ovh::Operation<Answer = types::Task> + Clone) -> String {
    let server = Server::new(&document(), ANSWERS);
    let mut drive = run(async {
        let mut drive = Drive::new(&server, false);
        drive.send(operation).await;
        drive
    });
    drive.refused.pop().unwrap_or_default()
}

fn operation<'d>(document: &'d mut Value, path: &str, method: &str) -> &'d mut Value {
    let apis = document["apis"].as_array_mut().unwrap();
    let api = apis.iter_mut().find(|api| api["path"] == path).unwrap();
    let operations = api["operations"].as_array_mut().unwrap();
    operations
        .iter_mut()
        .find(|operation| operation["httpMethod"] == method)
        .unwrap()
}

#[test]
fn every_operation_is_taken_and_every_answer_decoded_and_taken_apart() {
    let drive = drive_all(&document(), true);
    drive.outcome().unwrap();
    assert_eq!(drive.sent, 10);
    assert!(drive.variants > 100, "{}", drive.variants);
}

#[test]
fn what_is_sent_and_not_described_is_refused_with_its_name() {
    let mut changed = document();
    operation(&mut changed, "/tea/{teaName}/pour", "POST")["parameters"][1]["name"] = json!("mugs");
    operation(&mut changed, "/tea/{teaName}", "PUT")["httpMethod"] = json!("PATCH");
    operation(&mut changed, "/tea", "GET")["parameters"][0]["name"] = json!("sort");
    changed["models"]["tea.Leaf"]["properties"]["origin"]["type"] = json!("long");
    let refused = drive_all(&changed, false).refused.join("\n");
    for problem in [
        "body.cups: nothing of this name is described",
        "PUT /1.0/tea/a-text: is not described",
        "kind: no parameter of this name is described",
        "body[].origin: \"a-text\" is no long",
    ] {
        assert!(refused.contains(problem), "{problem}\n{refused}");
    }
}

#[test]
fn a_missing_field_of_a_body_and_an_unknown_word_are_refused() {
    let pour = || operations::PourTea::new("a", 1, types::Guest::default());
    assert!(
        refusal(pour()).contains("body.guest.password: is missing"),
        "{}",
        refusal(pour())
    );
    let guest = || given(r#"{"name": "Ann", "password": "xyzzy"}"#);
    assert_eq!(refusal(operations::PourTea::new("a", 1, guest())), "");
}

#[test]
fn an_answer_of_another_type_is_told() {
    let answers = ANSWERS
        .replace("/pour 3 ", "/pour 3[] ")
        .replace(": S3Key ", ": S3Key colour ");
    let drive = drive_with(&document(), &answers, false);
    assert!(
        drive.failed[0].starts_with("POST /tea/{teaName}/pour: "),
        "{:?}",
        drive.failed
    );
    assert_eq!(drive.lost, ["GET /tea/{teaName}: .colour"]);
}

#[test]
fn a_secret_is_sent_and_never_printed() {
    let guest: types::Guest = given(r#"{"name": "Ann", "password": "xyzzy"}"#);
    let pour = operations::PourTea::new("a", 1, guest);
    assert!(!format!("{pour:?}").contains("xyzzy"), "{pour:?}");
}
