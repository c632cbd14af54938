//! Under which words keys are found, and which of them are for Sahara alone.

use super::*;

#[test]
fn keys_have_other_words_and_a_place_beside_auth() {
    check(&[
        Row::new(
            "a key beside auth is stronger",
            &[(
                HOME,
                "clouds: {a: {auth_url: 'https://top', password: hunter2, auth: {auth_url: 'https://k', user_id: u, password: x, project_id: p}}}",
            )],
            "a https://top #u:hunter2 project #p",
        ),
        Row::new(
            "other words",
            &[(
                HOME,
                "clouds: {a: {auth-type: v3password, endpoint_type: internalURL, auth: {auth-url: 'https://k', user_name: u, password: hunter2, tenant-name: p, user-domain-id: d, project_domain_name: D}}}",
            )],
            "a https://k u@#d:hunter2 project p@D interface=internal",
        ),
        Row::new(
            "give way to the usual ones",
            &[(
                HOME,
                "clouds: {a: {interface: admin, endpoint_type: public, auth: {auth_url: 'https://k', username: u, user_name: x, password: hunter2, project_id: p, tenant_id: x, domain_id: d}}}",
            )],
            "a https://k u@#d:hunter2 project #p interface=admin",
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
            is!("a"),
        ),
        Row::new(
            "fields are filled in, but not in secrets",
            &[(
                HOME,
                "clouds: {a: {region_name: r, auth: {auth_url: 'https://{region_name}.{user_id}/{unknown}{password}', user_id: u, password: '{region_name}', project_id: p}}}",
            )],
            "a https://r.u/{unknown}{password} #u:{region_name} project #p region=r",
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

#[test]
fn sahara_has_keys_of_its_own() {
    let entry = a!(
        "    interface: admin\n    region_name: r\n    data_processing_interface: [internal, publicURL]\n    data_processing_region_name: s\n    data_processing_endpoint_override: https://s/v2\n    data-processing-api-version: 1.1\n    data_processing_service_type: dp\n    data_processing_service_name: sahara\n    api_timeout: 7.5\n"
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
            &format!("{} {found}", is!("a")),
        ),
        Row::new(
            "in the environment",
            &[],
            &format!(
                "{} region=r interface=admin endpoint=https://s/%(project_id)s version=v2",
                is!("envvars")
            ),
        )
        .env(&own),
        Row::new(
            "a timeout of 0 is the usual one",
            &[(HOME, a!("    api_timeout: 0\n"))],
            is!("a"),
        ),
        Row::fails(
            "a version",
            &[(HOME, a!("    data_processing_api_version: 3\n"))],
            "clouds.a.data_processing_api_version (/home/me/.config/openstack/clouds.yaml): must be 1.1 or 2, which \"3\" is not",
        ),
        Row::fails(
            "an interface",
            &[(HOME, a!("    interface: publik\n"))],
            "clouds.a.interface (/home/me/.config/openstack/clouds.yaml): must be public, internal or admin, which publik is not",
        ),
        Row::fails(
            "a timeout",
            &[(HOME, a!("    api_timeout: -1\n"))],
            "must be a number of seconds",
        ),
    ]);
}
