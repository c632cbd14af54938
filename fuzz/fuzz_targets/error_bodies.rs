//! No answer makes an error of any provider that shows a secret of the client.

#![no_main]

use cloud_clients_fuzz::{answer, clock, parts, run, shared, shown, wire};
use cloud_core::Error;
use cloud_core::retry::StandardRetry;
use libfuzzer_sys::fuzz_target;
use sahara::keystone::{Project, User};
use sahara::{Cloud, Login, Version};

/// Stands in the input where the answer repeats the secret.
const MARK: &str = "SECRET";

/// Of every provider. Sahara has another one for its password.
const SECRET: &str = "Zq7rT0kenThatNobodyMaySee4kWx9Lm2Pv8Bn5";

fn check(what: &str, error: &Error, typed: &str) {
    let text = format!("{}\n{typed}", shown(error));
    assert!(!text.contains(SECRET), "{what}: {text}");
}

fuzz_target!(|data: &[u8]| {
    let [status, headers, body] = parts(data);
    let number = String::from_utf8_lossy(status).trim().parse().ok();
    let status = number
        .filter(|status| (400..600).contains(status))
        .unwrap_or(400);
    let headers = String::from_utf8_lossy(headers).into_owned();
    let body = match std::str::from_utf8(body) {
        Ok(text) => text.replace(MARK, SECRET).into_bytes(),
        Err(_) => body.to_vec(),
    };
    run(async {
        let (head, text) = (headers.clone(), body.clone());
        let wire = wire(move |_| answer(status, &head, &text));
        let never = StandardRetry::never;

        let builder = hetzner::Client::builder()
            .token(SECRET)
            .transport(shared(&wire))
            .clock(clock())
            .retry(never());
        let api = builder.build().unwrap();
        if let Err(error) = api.servers().get(1).await {
            let typed = error
                .api::<hetzner::ApiError>()
                .map(|api| format!("{api} {api:?}"));
            check("hetzner", &error, &typed.unwrap_or_default());
        }

        let builder = ovh::Client::builder()
            .application("application-key", SECRET)
            .consumer_key(SECRET);
        let builder = builder
            .transport(shared(&wire))
            .clock(clock())
            .retry(never())
            .time_offset(0)
            .pace(None);
        if let Err(error) = builder.build().unwrap().me().get().await {
            let typed = error
                .api::<ovh::ApiError>()
                .map(|api| format!("{api} {api:?}"));
            check("ovh", &error, &typed.unwrap_or_default());
        }

        let builder = ionos_dataplatform::Client::builder()
            .token(SECRET)
            .transport(shared(&wire))
            .clock(clock());
        if let Err(error) = builder
            .retry(never())
            .build()
            .unwrap()
            .clusters()
            .get("x")
            .await
        {
            let typed = error
                .api::<ionos_dataplatform::ApiError>()
                .map(|api| format!("{api} {api:?}"));
            check("ionos", &error, &typed.unwrap_or_default());
        }

        let builder = vdk_control::Client::builder()
            .endpoint("http://localhost:8092")
            .token(SECRET);
        let builder = builder
            .transport(shared(&wire))
            .clock(clock())
            .retry(never());
        if let Err(error) = builder.build().unwrap().team("t").job("j").get().await {
            let typed = error
                .api::<vdk_control::ApiError>()
                .map(|api| format!("{api} {api:?}"));
            check("vdk", &error, &typed.unwrap_or_default());
        }

        let login = Login::password(
            User::named("demo", "Default"),
            SECRET,
            Project::named("demo", "Default"),
        );
        let builder = Cloud::builder()
            .auth_url("https://keystone.test")
            .login(login)
            .transport(shared(&wire));
        let cloud = builder.clock(clock()).retry(never()).build().unwrap();
        if let Err(error) = cloud.data_processing().version(Version::V2).await {
            let typed = error
                .api::<sahara::ApiError>()
                .map(|api| format!("{api} {api:?}"));
            check("keystone", &error, &typed.unwrap_or_default());
        }
    });
});
