//! `clouds.yaml`, `secure.yaml` and `clouds-public.yaml`: secrets go before what is said openly, and are shown nowhere.

#![no_main]

use cloud_clients_fuzz::{answer, clock, run, shared, shown, texts, wire};
use cloud_core::ErrorKind;
use cloud_core::config::Environment;
use cloud_core::retry::StandardRetry;
use libfuzzer_sys::fuzz_target;
use sahara::Cloud;
use sahara::config::Settings;

const SECRET: &str = "hunter2hunter2";

/// Of the cloud `a`, whose secrets are in a file of their own. A token beside `auth` counts more than the one in it.
const SECURE: &str = "clouds: {a: {token: hunter2hunter2, auth: {password: hunter2hunter2, \
                      application_credential_secret: hunter2hunter2}}}\n";

fuzz_target!(|data: &[u8]| {
    let [clouds, public, secure] = texts(data);
    if [&clouds, &public].iter().any(|text| text.contains(SECRET)) {
        return;
    }
    let base = || Environment::given([("OS_CLOUD", "a")], Some("/home/me".into()));
    let env = base()
        .with_file("/etc/openstack/clouds.yaml", &*clouds)
        .with_file("/etc/openstack/clouds-public.yaml", &*public)
        .with_file("/etc/openstack/secure.yaml", SECURE);
    let settings = match Settings::load(&env) {
        Ok(settings) => settings,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
            assert!(!shown(&error).contains(SECRET), "{error}");
            return;
        }
    };
    assert!(!format!("{settings:?}").contains(SECRET), "{settings:?}");
    assert_eq!(settings.cloud.value, "a");
    // The secret that Keystone gets is that of the second file.
    run(async {
        let wire = wire(|_| answer(401, "", b"{}"));
        let builder = Cloud::builder()
            .settings(settings)
            .transport(shared(&wire))
            .clock(clock())
            .allow_http(true);
        assert!(!format!("{builder:?}").contains(SECRET), "{builder:?}");
        match builder.retry(StandardRetry::never()).build() {
            Err(error) => assert!(!shown(&error).contains(SECRET), "{error}"),
            Ok(cloud) => {
                if let Err(error) = cloud.data_processing().await {
                    assert!(!shown(&error).contains(SECRET), "{error}");
                }
                for seen in wire
                    .seen()
                    .iter()
                    .filter(|seen| seen.request.method() == http::Method::POST)
                {
                    let body = String::from_utf8_lossy(seen.request.body());
                    assert!(body.contains(SECRET), "{body}");
                }
            }
        }
    });
    // The file of secrets may be anything, too.
    let env = base()
        .with_file("/etc/openstack/clouds.yaml", &*clouds)
        .with_file("/etc/openstack/secure.yaml", &*secure);
    if let Err(error) = Settings::load(&env) {
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
    }
});
