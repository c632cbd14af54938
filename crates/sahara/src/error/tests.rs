use super::*;

type Predicate = fn(&ApiError) -> bool;

fn parse(status: u16, body: &str) -> ApiError {
    let mut headers = HeaderMap::new();
    headers.insert(REQUEST_ID, "req-1".parse().unwrap());
    ApiError::parse(status, &headers, body.as_bytes()).unwrap_or_else(|| panic!("{body}"))
}

#[test]
fn saharas_own_form_is_taken_apart() {
    let error = parse(
        400,
        r#"{"error_code":400,"error_name":"VALIDATION_ERROR","error_message":"name: 'a_b!' is not a 'valid_name_hostname'\nnode_groups[0].count: 'x' is not of type 'integer'\n'flavor_id' is a required property\nError ID: 1b200a23-9deb"}"#,
    );
    assert_eq!(error.code, Some(ErrorCode::ValidationError));
    assert_eq!(
        (error.error_id.as_deref(), error.request_id.as_deref()),
        (Some("1b200a23-9deb"), Some("req-1"))
    );
    let fields: Vec<_> = error
        .problems
        .iter()
        .map(|(field, _)| field.as_deref())
        .collect();
    assert_eq!(fields, [Some("name"), Some("node_groups[0].count"), None]);
    assert_eq!(error.problems[2].1, "'flavor_id' is a required property");
    assert!(!error.message.contains("Error ID"), "{error}");
}

#[test]
fn a_name_that_is_a_number_is_no_code() {
    let error = parse(
        400,
        r#"{"error_code":400,"error_name":400,"error_message":"'limit' must be positive\nError ID: 5"}"#,
    );
    assert_eq!(
        (error.code.clone(), error.to_string().as_str()),
        (None, "400: 'limit' must be positive (error 5)")
    );
}

#[test]
fn the_other_forms_are_read() {
    let router = parse(
        404,
        r#"{"error":404,"error_message":"The URL was not found."}"#,
    );
    assert_eq!(
        (router.message.as_str(), router.is_not_found()),
        ("The URL was not found.", true)
    );
    let filter = parse(
        401,
        r#"{"error":{"code":401,"title":"Unauthorized","message":"Authenticate."}}"#,
    );
    assert_eq!(filter.message, "Authenticate.");
    let project = parse(
        401,
        r#"{"message":"This server could not verify you.<br /><br />\nToken tenant != requested tenant\n\n","code":"401 Unauthorized","title":"Unauthorized"}"#,
    );
    assert_eq!(
        project.message,
        "This server could not verify you.\nToken tenant != requested tenant"
    );
    let version = parse(
        406,
        r#"{"error_code":406,"error_name":"NOT_ACCEPTABLE","error_message":"no","max_version":"2.0","min_version":"2.0"}"#,
    );
    assert_eq!(version.versions, Some(("2.0".to_owned(), "2.0".to_owned())));
    let mfa = parse(
        401,
        r#"{"receipt":{"methods":["password"]},"required_auth_methods":[["password","totp"],["kerberos"]]}"#,
    );
    assert!(mfa.is_more_methods_required());
    assert_eq!(
        mfa.message,
        "one method is not enough; the service wants password and totp or kerberos"
    );
    for nothing in [
        "",
        "<html>",
        "null",
        "[]",
        "{}",
        r#"{"error":{}}"#,
        r#"{"error":500}"#,
        "Internal Server Error",
    ] {
        assert_eq!(
            ApiError::parse(500, &HeaderMap::new(), nothing.as_bytes()),
            None,
            "{nothing}"
        );
    }
}

#[test]
fn the_words_of_the_service_tell_what_the_codes_do_not() {
    let with = |name: &str, message: &str| {
        parse(
            400,
            &serde_json::json!({"error_code": 400, "error_name": name, "error_message": message})
                .to_string(),
        )
    };
    let table: [(&str, &str, Predicate); 11] = [
        (
            "INVALID_REFERENCE",
            "Cluster template f3 in use by v11-c1",
            ApiError::is_in_use,
        ),
        (
            "INVALID_REFERENCE",
            "Node group template 4e is in use by cluster templates: a; and clusters: N/A",
            ApiError::is_in_use,
        ),
        (
            "DELETION_FAILED",
            "JobBinary is referenced and cannot be deleted",
            ApiError::is_in_use,
        ),
        (
            "DELETION_FAILED",
            "Job deletion failed on foreign key constraint",
            ApiError::is_in_use,
        ),
        (
            "UPDATE_FAILED",
            "x could not be updated because it is referenced",
            ApiError::is_in_use,
        ),
        (
            "DELETION_FAILED",
            "x could not be deleted because it's marked as protected",
            ApiError::is_protected,
        ),
        (
            "UPDATE_FAILED",
            "x could not be updated because it wasn't created in this tenant",
            ApiError::is_foreign,
        ),
        ("NAME_ALREADY_EXISTS", "", ApiError::is_already_exists),
        ("DB_DUPLICATE_ENTRY", "", ApiError::is_already_exists),
        (
            "QUOTA_ERROR",
            "Quota exceeded for instance",
            ApiError::is_quota,
        ),
        (
            "NOT_FOUND",
            "Requested flavor '99' not found",
            ApiError::is_reference_missing,
        ),
    ];
    let all: [Predicate; 6] = [
        ApiError::is_in_use,
        ApiError::is_protected,
        ApiError::is_foreign,
        ApiError::is_already_exists,
        ApiError::is_quota,
        ApiError::is_reference_missing,
    ];
    for (name, message, predicate) in table {
        let error = with(name, message);
        assert!(predicate(&error), "{error}");
        assert_eq!(
            all.iter().filter(|predicate| predicate(&error)).count(),
            1,
            "{error}"
        );
    }
    assert!(!with("INVALID_REFERENCE", "Cluster template f3 is unknown").is_in_use());
}

#[test]
fn secrets_that_the_validation_quotes_are_masked() {
    for (message, masked) in [
        (
            r"{'user': 'u', 'password': 'hunter2'} is no",
            r"{'user': 'u', 'password': '[redacted]'} is no",
        ),
        (
            r#"extra: {"password":"hun\"ter2","x":"y"}"#,
            r#"extra: {"password":"[redacted]","x":"y"}"#,
        ),
        (
            "{'secretkey': 'hunter2', 'accesskey': u'hunter2'",
            "{'secretkey': '[redacted]', 'accesskey': u'[redacted]'",
        ),
        ("{'password': 'hunter2", "{'password': '[redacted]"),
        (
            "add 'user' and 'password' to extra",
            "add 'user' and 'password' to extra",
        ),
        ("it's 'fine': 'all'", "it's 'fine': 'all'"),
        (
            "it's {'password': 'hunter2'}",
            "it's {'password': '[redacted]'}",
        ),
        (
            r#"it's {"password": "hunter2"}"#,
            r#"it's {"password": "[redacted]"}"#,
        ),
        (
            r#"it's {"password": "hunter2"}, secret': 'x'"#,
            r#"it's {"password": "[redacted]"}, secret': 'x'"#,
        ),
        (
            r#"a "{'password': 'hunter2'}": b"#,
            r#"a "{'password': '[redacted]'}": b"#,
        ),
        (
            r#"it's {"password": "hunter2"} isn't"#,
            r#"it's {"password": "[redacted]"} isn't"#,
        ),
    ] {
        let body = serde_json::json!({"error_message": message}).to_string();
        let error = parse(400, &body);
        assert_eq!(error.message, masked);
        assert!(
            !format!("{error:?}").contains("hunter2") && !format!("{error:?}").contains("ter2\""),
            "{error:?}"
        );
    }
}

#[test]
fn what_follows_the_name_of_an_id_may_be_a_quote() {
    let error = parse(
        400,
        r#"{"error_message":"x<br />Error ID: {'password': 'hunter2'}"}"#,
    );
    assert_eq!(
        (error.message.as_str(), error.error_id.as_deref()),
        ("x", Some("{'password': '[redacted]'}"))
    );
}

#[test]
fn no_answer_makes_a_panic() {
    let mut rng = fastrand::Rng::with_seed(7);
    let pieces = [
        "'",
        "\"",
        ":",
        " ",
        "password",
        "ü",
        "\\",
        "{",
        "}",
        "u",
        "Error ID:",
        "\n",
        "<br />",
        "secret",
        "[0]",
        "x",
    ];
    for _ in 0..20_000 {
        let message: String = (0..rng.usize(0..24))
            .map(|_| *rng.choice(&pieces).unwrap())
            .collect();
        let key = *rng.choice(&["error_message", "message", "other"]).unwrap();
        let mut body = serde_json::json!({ "error_name": message, key: message }).to_string();
        let error = ApiError::parse(400, &HeaderMap::new(), body.as_bytes());
        assert_eq!(error.is_some(), key != "other");
        let cut = rng.usize(0..=body.len());
        body.truncate(
            (0..=cut)
                .rev()
                .find(|at| body.is_char_boundary(*at))
                .unwrap(),
        );
        let _ = ApiError::parse(400, &HeaderMap::new(), body.as_bytes());
    }
}
