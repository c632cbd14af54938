//! Under which words keys are found, and which of them are for Sahara alone.

use super::*;

#[test]
fn keys_have_other_words_and_a_place_beside_auth() {
    check(&[
        Row::new(
            "other words",
            &[(
                HOME,
                "clouds: {a: {auth-type: v3password, endpoint_type: internalURL, auth: {auth-url: 'https://k', user_name: u, password: hunter2, tenant-name: p, user-domain-id: d, project_domain_name: D}}}",
            )],
            "a https://k u@#d:hunter2 project p@D interface=internal",
        ),
        Row::new(
            "give way to the usual ones, but for that of the interface",
            &[(
                HOME,
                "clouds: {a: {interface: admin, endpoint_type: public, auth: {auth_url: 'https://k', username: u, user_name: x, password: hunter2, project_id: p, tenant_id: x, domain_id: d}}}",
            )],
            "a https://k u@#d:hunter2 project #p interface=public",
        ),
        Row::new(
            "numbers are text",
            &[(
                HOME,
                "clouds: {a: {auth: {auth_url: 'https://k', user_id: 7, password: 123456, project_id: 8}}}",
            )],
            "a https://k #7:123456 project #8",
        ),
        Row::new(
            "merge keys",
            &[(
                HOME,
                "base: &b {auth_url: 'https://k', user_id: u, password: hunter2}\nclouds: {a: {auth: {<<: *b, project_id: p}}}",
            )],
            is("a"),
        ),
        Row::new(
            "fields are filled in, but not in what the login is made of",
            &[(
                HOME,
                "clouds: {a: {region_name: r, auth: {auth_url: 'https://{region_name}.{user_id}/', user_id: u, password: '{region_name}', project_id: 'p{user_id}'}}}",
            )],
            "a https://r.u/ #u:{region_name} project #p{user_id} region=r",
        ),
        Row::fails(
            "a field that the cloud does not have",
            &[(
                HOME,
                "clouds: {a: {auth: {auth_url: 'https://{regoin_name}.k', user_id: u, password: hunter2, project_id: p}}}",
            )],
            "clouds.a.auth.auth_url (/home/me/.config/openstack/clouds.yaml): holds {regoin_name}, and the cloud has no key regoin_name",
        ),
        Row::fails(
            "a field with a secret",
            &[(
                HOME,
                "clouds: {a: {auth: {auth_url: 'https://{password}.k', user_id: u, password: hunter2, project_id: p}}}",
            )],
            "auth_url (/home/me/.config/openstack/clouds.yaml): holds {password}, and the cloud has no key password",
        ),
        Row::new(
            "in the environment too",
            &[],
            "envvars https://e #eu:hunter2 project #t interface=internal",
        )
        .env(&[
            ("OS_AUTH_URL", "https://e"),
            ("OS_USER_ID", "eu"),
            ("OS_PASSWORD", "hunter2"),
            ("OS_TENANT_ID", "t"),
            ("OS_ENDPOINT_TYPE", "internalURL"),
        ]),
    ]);
}

/// What Keystone is sent when a key stands in `auth` and beside it: measured with openstacksdk 4.22.
#[test]
fn of_a_key_in_auth_and_beside_it_the_one_counts_that_openstacksdk_sends() {
    let cloud = |beside: &str, auth: &str| format!("clouds: {{a: {{{beside}, auth: {{{auth}}}}}}}");
    let user = "auth_url: 'https://k', user_id: u, password: hunter2";
    let named = "auth_url: 'https://k', username: u, password: hunter2, project_name: p";
    for (beside, auth, found) in [
        ("password: x", format!("{user}, project_id: p"), is("a")),
        ("auth_url: 'https://x', user_id: x", format!("{user}, project_id: p"), is("a")),
        ("username: x", named.to_owned(), "a https://k u@#default:hunter2 project p@#default"),
        (
            "username: x",
            named.replace("username", "user_name"),
            "a https://k u@#default:hunter2 project p@#default",
        ),
        ("project_id: p", format!("{user}, project_id: x"), is("a")),
        ("project_name: p", format!("{user}, project_name: x"), "a https://k #u:hunter2 project p@#default"),
        ("tenant_id: x", format!("{user}, project_id: p"), is("a")),
        ("project_id: p", format!("{user}, tenant_id: x"), is("a")),
        ("tenant_id: p", format!("{user}, tenant_id: x"), is("a")),
        (
            "user_domain_name: D, project_domain_id: e",
            format!("{named}, user_domain_name: x, project_domain_id: x"),
            "a https://k u@D:hunter2 project p@#e",
        ),
        ("domain_id: d", format!("{named}, domain_id: x"), "a https://k u@#d:hunter2 project p@#d"),
        // Ids and names of domains are filled up apart from each other, and ids go before names.
        ("domain_id: d", format!("{named}, user_domain_name: x"), "a https://k u@#d:hunter2 project p@#d"),
        (
            "default_domain_id: d",
            format!("{named}, user_domain_name: x, default_domain_id: e"),
            "a https://k u@#e:hunter2 project p@#e",
        ),
        (
            "auth_type: token, token: hunter2",
            "auth_url: 'https://k', token: x, project_id: p".to_owned(),
            "a https://k token hunter2 project #p",
        ),
        (
            "auth_type: token, auth_token: x",
            "auth_url: 'https://k', token: hunter2, project_id: p".to_owned(),
            "a https://k token hunter2 project #p",
        ),
        (
            "auth_type: v3applicationcredential, application_credential_id: x, application_credential_secret: x",
            "auth_url: 'https://k', application_credential_id: c, application_credential_secret: hunter2".to_owned(),
            "a https://k credential #c:hunter2",
        ),
        ("trust_id: x", format!("{user}, trust_id: t"), "a https://k #u:hunter2 trust t"),
        ("system_scope: x", format!("{user}, system_scope: all"), "a https://k #u:hunter2 System"),
        (
            "auth_type: v2password, project_name: x",
            "auth_url: 'https://k', username: u, password: hunter2, tenant_name: t".to_owned(),
            "a https://k v2 u:hunter2 tenant t",
        ),
        // An empty one is none.
        ("password: hunter2", format!("{}, password: '', project_id: p", "auth_url: 'https://k', user_id: u"), is("a")),
    ] {
        let text = cloud(beside, &auth);
        check(&[Row::new(&text, &[(HOME, &text)], found)]);
    }
    // What is in `secure.yaml` is laid over its own place, and the place is chosen at last.
    let open = cloud(
        "password: x",
        "auth_url: 'https://k', user_id: u, password: y, project_id: p",
    );
    let secure = "clouds: {a: {auth: {password: hunter2}}}";
    check(&[Row::new(
        "secure.yaml",
        &[(HOME, &open), (SECURE, secure)],
        is("a"),
    )]);
}

#[test]
fn the_text_of_a_value_is_kept_as_it_is_written() {
    let keep = [
        "1e10",
        "0o17",
        "1.10",
        "0x1F",
        "010",
        "0b11",
        "1_000",
        "+7",
        ".5",
        "1.",
        "yes",
        "no",
        "NO",
        "on",
        "off",
        "y",
        "True",
        "FALSE",
        "2026-11-29",
        "12:30:45",
        ".inf",
        ".NaN",
        "1e400",
        "123456789012345678901234567890",
        "-0",
        "0123e4",
        "null_",
        "=",
        "a: b",
    ];
    for text in keep {
        // Only what would be no scalar needs quotes.
        let value = if text.contains(": ") {
            format!("'{text}'")
        } else {
            text.to_owned()
        };
        let yaml = cloud_of("a")
            .replace("hunter2", &value)
            .replace("project_id: p", &format!("project_id: {value}"));
        let found = format!("a https://k #u:{text} project #{text}");
        check(&[
            Row::new(text, &[(HOME, &yaml)], &found),
            Row::new(
                text,
                &[
                    (
                        HOME,
                        &cloud_of("a")
                            .replace("hunter2", "x")
                            .replace("project_id: p", &format!("project_id: {value}")),
                    ),
                    (
                        SECURE,
                        &format!("clouds: {{a: {{auth: {{password: {value}}}}}}}"),
                    ),
                ],
                &found,
            ),
        ]);
    }
    for nothing in ["", "~", "null", "Null", "NULL"] {
        let yaml = cloud_of("a").replace("hunter2", nothing);
        check(&[Row::fails(
            nothing,
            &[(HOME, &yaml)],
            "password: not set beside auth_url",
        )]);
    }
    check(&[
        Row::new(
            "in an alias, a block, a merge and a list",
            &[(
                HOME,
                "base: &b {auth_url: 'https://k', user_id: &id 0x1F}
clouds:
  a:
    auth:
      <<: *b
      password: |-
        1e10
      project_id: *id
    interface: [internal, public]
",
            )],
            "a https://k #0x1F:1e10 project #0x1F interface=internal+public",
        ),
        Row::new(
            "after a byte order mark",
            &[(HOME, &format!("\u{feff}{}", cloud_of("a")))],
            is("a"),
        ),
        Row::new(
            "in JSON",
            &[(
                "/clouds.json",
                "{\n\t\"clouds\": {\"a\": {\"auth\": {\"auth_url\": \"https://k\", \"user_id\": \"u\", \"password\": 1e10, \"project_id\": 1.10}}}}",
            )],
            "a https://k #u:1e10 project #1.10",
        ),
    ]);
}

#[test]
fn the_address_of_sahara_has_every_word_that_openstacksdk_knows() {
    let with = |keys: &str| format!("{}{keys}", cloud_of("a"));
    let (over, plain) = (
        "data_processing_endpoint_override",
        "data_processing_endpoint",
    );
    let found = is_with("a", "endpoint=https://s");
    let yaml = |key: &str| with(&format!("    {key}: https://s\n"));
    let auth =
        |key: &str| cloud_of("a").replace("user_id", &format!("{key}: 'https://s', user_id"));
    for key in [
        over,
        plain,
        "data-processing-endpoint-override",
        "data-processing-endpoint",
        "data_processing_url",
    ] {
        let secure = format!("clouds: {{a: {{{key}: https://s}}}}");
        let region = with(&format!(
            "    regions: [{{name: r, values: {{{key}: https://s}}}}]\n"
        ));
        let profile = format!("public-clouds: {{v: {{{key}: https://s}}}}");
        check(&[
            Row::new(key, &[(HOME, &yaml(key))], found),
            Row::new(key, &[(HOME, &auth(key))], found),
            Row::new(key, &[(HOME, cloud_of("a")), (SECURE, &secure)], found),
            Row::new(
                key,
                &[(HOME, &region)],
                is_with("a", "region=r endpoint=https://s"),
            ),
            Row::new(
                key,
                &[(HOME, &with("    profile: v\n")), (PUBLIC, &profile)],
                found,
            ),
        ]);
        let variable = format!("OS_{}", key.replace('-', "_").to_uppercase());
        let variables = [ENV, &[(variable.as_str(), "https://s")]].concat();
        check(&[Row::new(key, &[], &format!("{IS_ENV} endpoint=https://s")).env(&variables)]);
    }
    check(&[
        Row::new(
            "the override goes before the other",
            &[(
                HOME,
                &with(&format!("    {plain}: https://x\n    {over}: https://s\n")),
            )],
            found,
        ),
        Row::new(
            "unless it is empty",
            &[(
                HOME,
                &with(&format!("    {plain}: https://s\n    {over}: ''\n")),
            )],
            found,
        ),
    ]);
}

#[test]
fn a_key_beside_auth_that_begins_like_ours_and_is_none_is_told() {
    let file = a(
        "    data_processing_endpoint_overide: https://s\n    image_api_version: 2\n    project_nmae: x\n    networks: []\n",
    );
    let found = Settings::load(&Disk::new(&[(HOME, file)]).env(&[])).unwrap();
    let note = format!(
        "not known, and without effect: clouds.a.data_processing_endpoint_overide ({HOME}), clouds.a.project_nmae ({HOME})"
    );
    assert_eq!(found.notes, [note]);
    let variables = [
        ENV,
        &[
            ("OS_DATA_PROCESSING_ENDPOINT_OVERIDE", "https://s"),
            ("OS_VOLUME_API_VERSION", "3"),
        ],
    ]
    .concat();
    let found = Settings::load(&Disk::new(&[]).env(&variables)).unwrap();
    assert_eq!(
        found.notes,
        ["not known, and without effect: OS_DATA_PROCESSING_ENDPOINT_OVERIDE (environment)"]
    );
}

#[test]
fn sahara_has_keys_of_its_own() {
    let entry = a(
        "    interface: admin\n    region_name: r\n    data_processing_interface: [internal, publicURL]\n    data_processing_region_name: s\n    data_processing_endpoint_override: https://s/v2\n    data-processing-api-version: 1.1\n    data_processing_service_type: dp\n    data_processing_service_name: sahara\n    api_timeout: 7.5\n",
    );
    let found = "region=s interface=internal+public endpoint=https://s/v2 version=v1.1 type=dp name=sahara timeout=7.5s";
    let own = [
        ("OS_AUTH_URL", "https://k"),
        ("OS_USER_ID", "u"),
        ("OS_PASSWORD", "hunter2"),
        ("OS_PROJECT_ID", "p"),
        ("OS_DATA_PROCESSING_URL", "https://s/%(project_id)s"),
        ("OS_DATA_PROCESSING_API_VERSION", "2.0"),
        ("OS_DATA_PROCESSING_INTERFACE", "admin"),
        ("OS_REGION_NAME", "r"),
        ("OS_INTERFACE", "public"),
    ];
    check(&[
        Row::new(
            "in the file",
            &[(HOME, entry)],
            &format!("{} {found}", is("a")),
        ),
        Row::new(
            "in the environment",
            &[],
            &format!(
                "{} region=r interface=admin endpoint=https://s/%(project_id)s version=v2",
                is("envvars")
            ),
        )
        .env(&own),
        Row::new(
            "a timeout of 0 is the usual one",
            &[(HOME, a("    api_timeout: 0\n"))],
            is("a"),
        ),
        Row::fails(
            "a version",
            &[(HOME, a("    data_processing_api_version: 3\n"))],
            "clouds.a.data_processing_api_version (/home/me/.config/openstack/clouds.yaml): must be 1.1 or 2, which \"3\" is not",
        ),
        Row::fails(
            "an interface",
            &[(HOME, a("    interface: publik\n"))],
            "clouds.a.interface (/home/me/.config/openstack/clouds.yaml): must be public, internal or admin, which publik is not",
        ),
        Row::fails(
            "a timeout",
            &[(HOME, a("    api_timeout: -1\n"))],
            "must be a number of seconds",
        ),
    ]);
}
