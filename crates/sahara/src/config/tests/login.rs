//! Which login comes of which keys, and who is trusted.

use super::*;

/// A cloud of the environment with these variables.
fn login(variables: &[(&str, &str)]) -> (Result<String>, Vec<String>) {
    let mut all = vec![("OS_AUTH_URL", "https://k")];
    all.extend(variables);
    let disk = Disk::new(&[]);
    match Settings::load(&disk.env(&all)) {
        Ok(found) => (
            Ok(facts(&found).trim_start_matches("envvars ").to_owned()),
            found.notes,
        ),
        Err(error) => (Err(error), Vec::new()),
    }
}

#[test]
fn the_kind_of_login_is_named_or_found_out() {
    let user = ("OS_USERNAME", "u");
    let password = ("OS_PASSWORD", "hunter2");
    let project = ("OS_PROJECT_NAME", "p");
    let domain = ("OS_USER_DOMAIN_NAME", "D");
    let id = ("OS_APPLICATION_CREDENTIAL_ID", "c");
    let secret = ("OS_APPLICATION_CREDENTIAL_SECRET", "hunter2");
    let token = ("OS_TOKEN", "hunter2");
    let old_url = ("OS_AUTH_URL", "https://k/v2.0");
    let kind = |kind| ("OS_AUTH_TYPE", kind);
    for (variables, found) in [
        (
            vec![
                user,
                password,
                project,
                domain,
                ("OS_PROJECT_DOMAIN_ID", "e"),
            ],
            "u@D:hunter2 project p@#e",
        ),
        (
            vec![user, password, project, ("OS_DOMAIN_NAME", "D")],
            "u@D:hunter2 project p@D",
        ),
        (
            vec![
                user,
                password,
                project,
                domain,
                ("OS_DEFAULT_DOMAIN_NAME", "x"),
            ],
            "u@D:hunter2 project p@x",
        ),
        (
            vec![user, password, project],
            "u@#default:hunter2 project p@#default",
        ),
        (
            vec![user, password, ("OS_DOMAIN_NAME", "D")],
            "u@#default:hunter2 domain D",
        ),
        (vec![user, password, domain], "u@D:hunter2 Default"),
        (
            vec![user, password, domain, ("OS_SYSTEM_SCOPE", "all")],
            "u@D:hunter2 System",
        ),
        (
            vec![user, password, domain, ("OS_TRUST_ID", "t")],
            "u@D:hunter2 trust t",
        ),
        (vec![token, project], "token hunter2 project p@#default"),
        (
            vec![token, user, password, domain, kind("password")],
            "u@D:hunter2 Default",
        ),
        (
            vec![kind("v3token"), token, user, password, project],
            "token hunter2 project p@#default",
        ),
        (vec![id, secret], "credential #c:hunter2"),
        (
            vec![
                kind("v3applicationcredential"),
                id,
                secret,
                project,
                password,
            ],
            "credential #c:hunter2",
        ),
        (
            vec![
                ("OS_APPLICATION_CREDENTIAL_NAME", "n"),
                secret,
                user,
                domain,
            ],
            "credential n of u@D:hunter2",
        ),
        (
            vec![kind("v2password"), user, password, ("OS_TENANT_NAME", "t")],
            "v2 u:hunter2 tenant t",
        ),
        (
            vec![
                ("OS_IDENTITY_API_VERSION", "2.0"),
                user,
                password,
                ("OS_TENANT_ID", "t"),
            ],
            "v2 u:hunter2 tenant #t",
        ),
        (
            vec![("OS_IDENTITY_API_VERSION", "3"), user, password, domain],
            "u@D:hunter2 Default",
        ),
    ] {
        assert_eq!(
            login(&variables).0.unwrap(),
            format!("https://k {found}"),
            "{variables:?}"
        );
    }
    let old = login(&[old_url, user, password, project]).0.unwrap();
    assert_eq!(old, "https://k/v2.0 v2 u:hunter2 tenant p");
    let new = login(&[old_url, user, password, project, domain])
        .0
        .unwrap();
    assert_eq!(new, "https://k/v2.0 u@D:hunter2 project p@#default");
    for (variables, problem) in [
        (
            vec![user],
            "password: not set beside auth_url (OS_AUTH_URL (environment))",
        ),
        (vec![password], "username: not set"),
        (vec![kind("v3token"), user, password], "token: not set"),
        (
            vec![id, kind("v3applicationcredential")],
            "application_credential_secret: not set",
        ),
        (vec![secret], "application_credential_name: not set"),
        (
            vec![kind("v3oidcpassword")],
            "OS_AUTH_TYPE (environment): \"v3oidcpassword\" is not among the known kinds",
        ),
        (
            vec![user, password, ("OS_PASSCODE", "hunter2")],
            "OS_PASSCODE (environment): one-time codes are not supported",
        ),
        (
            vec![user, password, domain, ("OS_SYSTEM_SCOPE", "some")],
            "OS_SYSTEM_SCOPE (environment): must be all",
        ),
        (
            vec![
                user,
                password,
                project,
                ("OS_TRUST_ID", "t"),
                ("OS_SYSTEM_SCOPE", "all"),
            ],
            "a token can be for one thing only, not for a project and a trust and the system",
        ),
    ] {
        let error = login(&variables).0.unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn what_has_no_effect_is_noted() {
    let (_, notes) = login(&[
        ("OS_APPLICATION_CREDENTIAL_ID", "c"),
        ("OS_APPLICATION_CREDENTIAL_SECRET", "hunter2"),
        ("OS_PROJECT_NAME", "p"),
        ("OS_DOMAIN_ID", "d"),
    ]);
    let note = "without effect beside an application credential: OS_PROJECT_NAME (environment), OS_DOMAIN_ID (environment)";
    assert_eq!(notes, [note]);
    let (_, notes) = login(&[
        ("OS_USERNAME", "u"),
        ("OS_PASSWORD", "hunter2"),
        ("OS_PROJECT_ID", "p"),
    ]);
    assert_eq!(
        notes,
        ["the user has no domain, so the one with the id `default` is meant"]
    );
}

#[test]
fn servers_are_trusted_as_the_keys_say() {
    let pem = [
        ("/ca.pem", "-----BEGIN CERTIFICATE-----"),
        (
            "/home/me/cert.pem",
            "-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----",
        ),
        ("/key.pem", "-----BEGIN PRIVATE KEY-----"),
        ("/text.pem", "hunter2"),
    ];
    let with = |more: &str| format!("{}{more}", cloud_of("a"));
    let rows: [(&str, Result<&str, &str>); 14] = [
        (
            "    cacert: /text.pem\n",
            Err(
                "clouds.a.cacert (/home/me/.config/openstack/clouds.yaml): /text.pem holds no CERTIFICATE in PEM form (-----BEGIN CERTIFICATE-----)",
            ),
        ),
        (
            "    cert: /key.pem\n",
            Err(
                "clouds.a.cert (/home/me/.config/openstack/clouds.yaml): /key.pem holds no CERTIFICATE in PEM form",
            ),
        ),
        (
            "    cert: ~/cert.pem\n    key: /text.pem\n",
            Err(
                "clouds.a.key (/home/me/.config/openstack/clouds.yaml): /text.pem holds no PRIVATE KEY in PEM form",
            ),
        ),
        (
            "    cacert: /ca.pem\n",
            Ok("authorities=-----BEGIN CERTIFICATE-----"),
        ),
        (
            "    cacert: /ca.pem\n    verify: true\n    insecure: false\n",
            Ok("authorities=-----BEGIN CERTIFICATE-----"),
        ),
        (
            "    verify: false\n",
            Ok("insecure=clouds.a.verify (/home/me/.config/openstack/clouds.yaml)"),
        ),
        (
            "    insecure: true\n    verify: true\n    cacert: /gone\n",
            Ok("insecure=clouds.a.insecure (/home/me/.config/openstack/clouds.yaml)"),
        ),
        (
            "    insecure: 'Yes'\n",
            Ok("insecure=clouds.a.insecure (/home/me/.config/openstack/clouds.yaml)"),
        ),
        (
            "    cert: ~/cert.pem\n    key: /key.pem\n",
            Ok(
                "identity=-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----+-----BEGIN PRIVATE KEY-----",
            ),
        ),
        (
            "    cert: ~/cert.pem\n",
            Ok(
                "identity=-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----+-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----",
            ),
        ),
        (
            "    cacert: /gone\n",
            Err("clouds.a.cacert (/home/me/.config/openstack/clouds.yaml): /gone cannot be read"),
        ),
        (
            "    cert: /gone\n",
            Err("clouds.a.cert (/home/me/.config/openstack/clouds.yaml): /gone cannot be read"),
        ),
        (
            "    key: /key.pem\n",
            Err("clouds.a.key (/home/me/.config/openstack/clouds.yaml): needs a cert beside it"),
        ),
        (
            "    verify: maybe\n",
            Err("clouds.a.verify (/home/me/.config/openstack/clouds.yaml): must be true or false"),
        ),
    ];
    for (more, found) in rows {
        let text = with(more);
        let files = [&[(HOME, text.as_str())], pem.as_slice()].concat();
        match found {
            Ok(found) => check(&[Row::new(more, &files, &format!("{} {found}", is("a")))]),
            Err(problem) => check(&[Row::fails(more, &files, problem)]),
        }
    }
}
