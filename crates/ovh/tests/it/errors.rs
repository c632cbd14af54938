//! What the service says when it refuses.

use cloud_core::test_util::{Scripted, ScriptedTransport};
use ovh::{ApiError, ApiErrorKind as Kind, Error, ErrorCode, ErrorKind};

use crate::common::{AS, CK, client, script};

async fn refused(status: u16, body: &str) -> Error {
    let headers = [
        ("X-OVH-QUERYID", "EU.ext-3.6553.12.ab"),
        ("content-type", "application/json"),
    ];
    let body = body.to_owned();
    let transport =
        ScriptedTransport::from_fn(move |_| Scripted::with_headers(status, &headers, body.clone()));
    client(&transport)
        .post("/vps/{name}/reboot")
        .arg("vps-1")
        .await
        .unwrap_err()
}

fn old(code: &str, message: &str) -> String {
    format!(r#"{{"errorCode":"{code}","httpCode":"x","message":"{message}"}}"#)
}

fn new(class: &str, message: &str) -> String {
    format!(r#"{{"class":"{class}","message":"{message}","details":{{}}}}"#)
}

/// Both forms mean the same.
#[tokio::test(start_paused = true)]
async fn every_refusal_has_its_kind() {
    for (status, body, code, kind) in [
        (
            403,
            old("NOT_GRANTED_CALL", "x"),
            "NOT_GRANTED_CALL",
            Kind::NotGranted,
        ),
        (
            403,
            new("Client::Forbidden", "This call has not been granted"),
            "NOT_GRANTED_CALL",
            Kind::NotGranted,
        ),
        (
            403,
            old("NOT_CREDENTIAL", "x"),
            "NOT_CREDENTIAL",
            Kind::NotCredential,
        ),
        (
            403,
            new("Client::Forbidden", "This credential does not exist"),
            "NOT_CREDENTIAL",
            Kind::NotCredential,
        ),
        (
            403,
            old("INVALID_KEY", "x"),
            "INVALID_KEY",
            Kind::InvalidKey,
        ),
        (
            403,
            new("Client::Forbidden", "Invalid application key"),
            "INVALID_KEY",
            Kind::InvalidKey,
        ),
        (
            403,
            old("INVALID_CREDENTIAL", "x"),
            "INVALID_CREDENTIAL",
            Kind::InvalidCredential,
        ),
        (
            403,
            new("Client::Forbidden", "This credential is not valid"),
            "INVALID_CREDENTIAL",
            Kind::InvalidCredential,
        ),
        (403, old("FORBIDDEN", "x"), "FORBIDDEN", Kind::Forbidden),
        (
            403,
            new("Client::Forbidden", "x"),
            "Client::Forbidden",
            Kind::Forbidden,
        ),
        (403, r#"{"message":"x"}"#.to_owned(), "-", Kind::Forbidden),
        (
            400,
            old("INVALID_SIGNATURE", "Invalid signature"),
            "INVALID_SIGNATURE",
            Kind::InvalidSignature,
        ),
        (
            400,
            new("Client::BadRequest", "Invalid signature"),
            "INVALID_SIGNATURE",
            Kind::InvalidSignature,
        ),
        (
            400,
            old("QUERY_TIME_OUT", "x"),
            "QUERY_TIME_OUT",
            Kind::ClockSkew,
        ),
        (
            400,
            new("Client::BadRequest", "x"),
            "Client::BadRequest",
            Kind::BadRequest,
        ),
        (
            400,
            new("Client::ValidationError::Ttl", "x"),
            "Client::ValidationError::Ttl",
            Kind::BadRequest,
        ),
        (
            401,
            new("Client::Unauthorized", "x"),
            "Client::Unauthorized",
            Kind::Unauthorized,
        ),
        (
            401,
            r#"{"message":"You must login first"}"#.to_owned(),
            "-",
            Kind::Unauthorized,
        ),
        (
            402,
            new("Client::PaymentRequired", "x"),
            "Client::PaymentRequired",
            Kind::PaymentRequired,
        ),
        (
            404,
            new("Client::NotFound", "This service does not exist"),
            "Client::NotFound",
            Kind::NotFound,
        ),
        (
            404,
            new("Client::NotFound::Zone", "x"),
            "Client::NotFound::Zone",
            Kind::NotFound,
        ),
        (404, r#"{"message":"x"}"#.to_owned(), "-", Kind::NotFound),
        (
            409,
            new("Client::Conflict", "x"),
            "Client::Conflict",
            Kind::Conflict,
        ),
        (429, r#"{"message":"x"}"#.to_owned(), "-", Kind::RateLimited),
        (460, r#"{"message":"x"}"#.to_owned(), "-", Kind::Expired),
        (
            500,
            new("Server::InternalServerError", "x"),
            "Server::InternalServerError",
            Kind::Server,
        ),
        (
            501,
            new("Server::NotImplemented", "x"),
            "Server::NotImplemented",
            Kind::Server,
        ),
        (418, old("TEAPOT", "x"), "TEAPOT", Kind::Other),
        (
            400,
            r#"{"errorCode":7,"message":null}"#.to_owned(),
            "7",
            Kind::BadRequest,
        ),
    ] {
        let error = refused(status, &body).await;
        let api = error.api::<ApiError>().unwrap();
        assert_eq!(
            (error.code().unwrap_or("-"), api.kind, api.status),
            (code, kind, status),
            "{body}"
        );
        assert_eq!(api.query_id.as_deref(), Some("EU.ext-3.6553.12.ab"));
        assert_eq!(error.correlation_id(), Some("EU.ext-3.6553.12.ab"));
        let about_identity = matches!(
            kind,
            Kind::NotGranted
                | Kind::NotCredential
                | Kind::InvalidKey
                | Kind::InvalidCredential
                | Kind::Forbidden
                | Kind::InvalidSignature
                | Kind::ClockSkew
                | Kind::Unauthorized
        );
        assert_eq!(error.is_auth(), about_identity, "{error}");
        assert_eq!(error.is_not_found(), kind == Kind::NotFound);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_says_all_and_what_to_do() {
    let error = refused(
        403,
        &new("Client::Forbidden", "This call has not been granted"),
    )
    .await;
    assert_eq!(
        error.to_string(),
        "POST /vps/vps-1/reboot failed: 403 NOT_GRANTED_CALL: This call has not been granted; the rules of the consumer \
         key do not cover this call; rules cannot be changed, so a new key is needed (Client::diagnose says which rule); \
         credential: application (client builder) and consumer_key (client builder) (request EU.ext-3.6553.12.ab, 0.0 s)"
    );
    for (body, hint) in [
        (
            old("INVALID_SIGNATURE", "Invalid signature"),
            "a parameter of the wrong type has been answered so, too",
        ),
        (
            old("INVALID_CREDENTIAL", "This credential is not valid"),
            "open its validation URL, or request a new one",
        ),
        (old("NOT_CREDENTIAL", "x"), "keys belong to one endpoint"),
        (old("INVALID_KEY", "x"), "keys belong to one endpoint"),
        (
            old("QUERY_TIME_OUT", "x"),
            "the clocks of this machine and of the service disagree",
        ),
    ] {
        let error = refused(400, &body).await.to_string();
        assert!(error.contains(hint), "{error}");
    }
    assert!(
        refused(460, "{\"message\":\"x\"}")
            .await
            .to_string()
            .contains("wants to be renewed")
    );
    assert!(ErrorCode::from("NEW_CODE").to_string() == "NEW_CODE");
}

#[tokio::test(start_paused = true)]
async fn missing_iam_actions_are_named() {
    let body = r#"{"class":"Client::Forbidden","message":"User not granted for this request","details":{
        "unauthorizedActionsByAuthentication":"","unauthorizedActionsByIAM":"vps:apiovh:reboot, vps:apiovh:get"}}"#;
    let error = refused(403, body).await;
    let api = error.api::<ApiError>().unwrap();
    assert_eq!(
        api.missing_iam_actions,
        ["vps:apiovh:reboot", "vps:apiovh:get"]
    );
    let text = error.to_string();
    assert!(
        text.contains(
            "User not granted for this request; missing: vps:apiovh:reboot, vps:apiovh:get"
        ),
        "{text}"
    );
    assert_eq!(
        api.to_string(),
        "403 Client::Forbidden: User not granted for this request; missing: vps:apiovh:reboot, vps:apiovh:get"
    );
    // Details of another shape are kept, and break nothing.
    for details in [
        "null",
        "[1]",
        "\"x\"",
        r#"{"unauthorizedActionsByIAM":["a","b"]}"#,
        r#"{"unauthorizedActionsByIAM":7}"#,
    ] {
        let error = refused(
            403,
            &format!(r#"{{"class":"Client::Forbidden","message":"m","details":{details}}}"#),
        )
        .await;
        let missing = error.api::<ApiError>().unwrap().missing_iam_actions.len();
        assert_eq!(
            missing,
            if details.contains("[\"a") { 2 } else { 0 },
            "{details}"
        );
    }
}

/// The servers in front answer in HTML, and status and query id survive it.
#[tokio::test(start_paused = true)]
async fn html_and_other_text_lose_nothing() {
    for status in [403, 408, 502, 503] {
        for body in [
            "<html><h1>Bad</h1></html>",
            "upstream",
            "",
            "{}",
            "[]",
            "null",
            r#"{"errorCode":"#,
        ] {
            let error = refused(status, body).await;
            assert_eq!(
                (error.kind(), error.status().unwrap().as_u16()),
                (ErrorKind::Api, status),
                "{body}"
            );
            assert_eq!(error.correlation_id(), Some("EU.ext-3.6553.12.ab"));
            assert_eq!(error.body().unwrap(), body);
            // A server in front knows nothing of rights, so only the other statuses have a kind.
            let kind = error.api::<ApiError>().map(|error| error.kind);
            assert_eq!(kind.is_some(), status > 500, "{status} {body}");
        }
    }
    let transport = script([Scripted::with_headers(
        200,
        &[("x-ovh-queryid", "q1")],
        "<html>",
    )]);
    let error = client(&transport).post("/me").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.correlation_id()),
        (ErrorKind::Decode, Some("q1"))
    );
}

#[tokio::test(start_paused = true)]
async fn what_quotes_a_secret_does_not_show_it() {
    let body = format!(
        r#"{{"class":"Client::X{AS}","message":"bad {AS} and {CK}","details":{{"a":["{CK}"],"{AS}":1,"unauthorizedActionsByIAM":"{AS}"}}}}"#
    );
    let error = refused(403, &body).await;
    let shown = format!(
        "{error}{error:?}{:?}{}",
        error.api::<ApiError>(),
        error.api::<ApiError>().unwrap()
    );
    assert!(
        !shown.contains(AS)
            && !shown.contains(CK)
            && shown.contains("bad [redacted] and [redacted]"),
        "{shown}"
    );
}

/// What may have been carried out is not repeated; what certainly was not, is.
#[tokio::test(start_paused = true)]
async fn only_what_is_safe_is_repeated() {
    for (status, get, post) in [
        (408, 5, 1),
        (429, 5, 5),
        (500, 5, 1),
        (502, 5, 1),
        (503, 5, 1),
        (504, 5, 1),
        (460, 1, 1),
    ] {
        let transport = ScriptedTransport::from_fn(move |_| Scripted::json(status, "<html>"));
        let api = client(&transport);
        api.get("/me").await.unwrap_err();
        assert_eq!(transport.seen().len(), get, "GET {status}");
        api.post("/me").await.unwrap_err();
        assert_eq!(transport.seen().len(), get + post, "POST {status}");
    }
}

/// 403 with a third word is not about rights: an operation is under way, nothing was done, and it may be sent again.
#[tokio::test(start_paused = true)]
async fn busy_is_a_conflict_that_may_be_sent_again() {
    let body = new(
        "Client::Forbidden::Busy",
        "An operation is already running for this service: 1234. Please retry later.",
    );
    let error = refused(403, &body).await;
    assert!(error.is_conflict() && error.is_retryable() && !error.is_auth());
    assert!(!error.may_have_happened());
    assert_eq!(error.api::<ApiError>().unwrap().kind, Kind::Conflict);
    let api = client(&script([Scripted::json(403, &*body)]));
    assert_eq!(api.diagnose(&error).await, None);

    // A POST is repeated, since nothing was done.
    let transport = script([Scripted::json(403, &*body), Scripted::json(200, "1")]);
    client(&transport).post("/vps/vps-1/reboot").await.unwrap();
    assert_eq!(transport.lines(), ["POST /1.0/vps/vps-1/reboot"; 2]);
}

#[tokio::test(start_paused = true)]
async fn no_room_for_what_is_made_does_not_mean_that_something_is_gone() {
    let error = refused(404, &new("Client::NotFound::NoMatchingCompute", "no host")).await;
    assert_eq!(error.api::<ApiError>().unwrap().kind, Kind::Other);
    let gone = refused(404, &new("Client::NotFound::ZoneDoesNotExist", "no zone")).await;
    assert_eq!(gone.api::<ApiError>().unwrap().kind, Kind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_status_alone_has_its_kind_and_a_piece_of_its_text() {
    for (status, kind) in [
        (409, Kind::Conflict),
        (460, Kind::Expired),
        (404, Kind::NotFound),
    ] {
        for body in ["{}", "<html><h1>Expired</h1></html>", ""] {
            let error = refused(status, body).await;
            assert_eq!(
                error.api::<ApiError>().map(|error| error.kind),
                Some(kind),
                "{body}"
            );
        }
    }
    let transport = script([Scripted::with_headers(
        409,
        &[("content-type", "text/html")],
        "<html><h1>Being moved</h1></html>",
    )]);
    let error = client(&transport).post("/me").await.unwrap_err();
    assert!(error.to_string().contains("Being moved"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_a_refusal_lacks_leaves_no_gap_in_its_text() {
    for (body, text) in [
        (
            old("NOT_GRANTED_CALL", ""),
            "403 NOT_GRANTED_CALL: the rules of the consumer key",
        ),
        (old("FORBIDDEN", ""), "403 FORBIDDEN; credential"),
        (r#"{"message":""}"#.to_owned(), "403 Forbidden"),
    ] {
        let text_of = refused(403, &body).await.to_string();
        assert!(
            text_of.contains(text) && !text_of.contains(": ;") && !text_of.contains(": ("),
            "{text_of}"
        );
    }
}
