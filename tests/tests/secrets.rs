//! No secret in anything that is written: logs, spans, errors, `Debug`.

mod captured;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use captured::{Captured, Tap};
use cloud_core::test_util::PausedClock;
use cloud_sandbox::{Fault, Sandbox};
use hetzner::Client;
use secrecy::ExposeSecret as _;

const TOKEN: &str = "Zx9Q-token-that-must-not-be-seen-4711";

/// The same for the IONOS data platform, whose users have passwords and whose clusters have kubeconfigs.
async fn ionos(secrets: &mut Vec<String>, shown: &mut Vec<String>) {
    use ionos_dataplatform::{ApiError, Client};

    const PASSWORD: &str = "pa55-word-that-must-not-be-seen";
    secrets.extend([
        PASSWORD.to_owned(),
        "cHJveHktc2VjcmV0".to_owned(),
        "proxy-key-4712".to_owned(),
    ]);
    let sandbox = Sandbox::new();
    let builder = Client::builder()
        .basic("ann", PASSWORD)
        .transport(sandbox.ionos_dataplatform());
    let builder = builder
        .proxy("http://u:cHJveHktc2VjcmV0@proxy.example")
        .proxy_headers("X-Key: proxy-key-4712");
    let api = builder.clone().clock(PausedClock::new()).build().unwrap();
    shown.push(format!("{builder:?}{api:?}"));
    let started = api
        .clusters()
        .create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e")
        .await
        .unwrap();
    let lake = started.wait().await.unwrap();
    let kubeconfig = api.clusters().kubeconfig(&lake).await.unwrap();
    secrets.push(
        kubeconfig.expose()["users"][0]["user"]["token"]
            .as_str()
            .unwrap()
            .to_owned(),
    );
    shown.push(format!(
        "{kubeconfig:?}{lake:?}{started:?}{:?}",
        kubeconfig.to_yaml()
    ));
    for fault in [
        Fault::MalformedJson,
        Fault::Truncate,
        Fault::ExpiredToken,
        Fault::Error {
            status: 403,
            code: "a-1".into(),
            message: format!("no {PASSWORD}"),
        },
    ] {
        sandbox.faults().times(5, fault);
        let error = api.clusters().kubeconfig(&lake).await.unwrap_err();
        shown.push(format!("{error}{error:?}{:?}", error.api::<ApiError>()));
        sandbox.faults().clear();
    }
}

/// The same for Sahara, whose login has a password and tokens that come and go.
async fn sahara(secrets: &mut Vec<String>, shown: &mut Vec<String>) {
    use sahara::keystone::{Login, Project, User};
    use sahara::{ApiError, Cloud};

    let wrong = "pa55-phrase-that-must-not-be-seen";
    secrets.extend(["demo-pw".to_owned(), wrong.to_owned()]);
    let sandbox = Sandbox::new();
    let transport = Arc::new(Tap::new(sandbox.openstack(), &["x-auth-token"]));
    let cloud = |password: &str| {
        let login = Login::password(
            User::named("demo", "Default"),
            password,
            Project::named("demo", "Default"),
        );
        let builder = Cloud::builder()
            .auth_url("https://cloud.test:5000")
            .login(login)
            .transport(transport.clone());
        (
            builder.clone(),
            builder.clock(PausedClock::new()).build().unwrap(),
        )
    };
    let (builder, right) = cloud("demo-pw");
    let api = right.data_processing().await.unwrap();
    let refused = cloud(wrong).1.data_processing().await.unwrap_err();
    shown.push(format!(
        "{builder:?}{right:?}{api:?}{refused}{refused:?}{:?}{}",
        right.token().await,
        api.explain()
    ));
    for fault in [
        Fault::ExpiredToken,
        Fault::MalformedJson,
        Fault::HtmlBody(502),
        Fault::Error {
            status: 400,
            code: "INVALID_DATA".into(),
            message: "{'password': 'demo-pw'}".into(),
        },
    ] {
        sandbox.faults().times(5, fault);
        let error = api.node_group_templates().list().page().await.unwrap_err();
        shown.push(format!(
            "{error}{error:?}{:?}{right:?}",
            error.api::<ApiError>()
        ));
        sandbox.faults().clear();
    }
    assert!(!transport.seen().is_empty());
    secrets.extend(transport.seen());
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_written_holds_a_secret() {
    let log = Captured::log();

    let sandbox = Sandbox::new();
    let api = cross_crate_tests::hetzner(&sandbox)
        .token(TOKEN)
        .build()
        .unwrap();
    let mut secrets = vec![TOKEN.to_owned(), "userdata-hunter2".to_owned()];
    let mut shown = vec![format!("{api:?}{:?}", Client::builder().token(TOKEN))];

    let create = api
        .servers()
        .create("web", "cx23", "debian-13")
        .user_data("userdata-hunter2");
    shown.push(format!("{create:?}"));
    let created = create.await.unwrap();
    secrets.push(
        created
            .root_password
            .as_ref()
            .unwrap()
            .expose_secret()
            .to_owned(),
    );
    shown.push(format!("{created:?}"));
    let id = created.wait().await.unwrap().id;
    let rescue = api.servers().enable_rescue(id).await.unwrap();
    secrets.push(rescue.root_password.expose_secret().to_owned());
    rescue.wait().await.unwrap();
    let console = api.servers().request_console(id).await.unwrap();
    secrets.extend([
        console.password.expose_secret().to_owned(),
        console.wss_url.expose_secret().to_owned(),
    ]);
    shown.push(format!("{rescue:?}{console:?}"));

    for fault in [
        Fault::ResetAfterHandling,
        Fault::Status(503),
        Fault::MalformedJson,
        Fault::HtmlBody(502),
        Fault::ExpiredToken,
        Fault::Error {
            status: 429,
            code: "rate_limit_exceeded".into(),
            message: format!("limit of {TOKEN}"),
        },
    ] {
        sandbox.faults().times(5, fault);
        let error = api.servers().reset_password(id).await.unwrap_err();
        shown.push(format!(
            "{error}{error:?}{:?}",
            error.api::<hetzner::ApiError>()
        ));
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            shown.push(format!("{cause}{cause:?}"));
            source = cause.source();
        }
        sandbox.faults().clear();
    }
    ionos(&mut secrets, &mut shown).await;
    vdk_control(&sandbox, &mut secrets, &mut shown).await;

    // The panic that a test or a program makes of an error shows no more than the error.
    sandbox.faults().next(Fault::ExpiredToken);
    let list = api.servers().list().page().await;
    let panic = std::panic::catch_unwind(AssertUnwindSafe(|| list.unwrap())).unwrap_err();
    let panic = panic.downcast_ref::<String>().unwrap();
    assert!(panic.contains("401 unauthorized"), "{panic}");
    shown.push(panic.clone());

    sahara(&mut secrets, &mut shown).await;

    let log = log.text();
    assert!(
        log.contains("retrying") && log.contains("cloud.request") && log.contains("/servers/{id}"),
        "{log}"
    );
    assert!(
        !log.contains(&format!("/servers/{id}")),
        "ids do not belong into spans"
    );
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "in the log: {secret}");
        assert!(
            !shown.iter().any(|text| text.contains(secret.as_str())),
            "shown: {secret}"
        );
    }
}

/// Secrets of data jobs and teams, and tokens of a token service.
async fn vdk_control(sandbox: &Sandbox, secrets: &mut Vec<String>, shown: &mut Vec<String>) {
    secrets.extend(
        [
            "api-token-hunter3",
            "client-secret-hunter4",
            "job-secret-hunter5",
        ]
        .map(str::to_owned),
    );
    let builder = || {
        vdk_control::Client::builder()
            .endpoint("http://localhost:8092")
            .transport(sandbox.vdk_control())
    };
    let tokens = "http://localhost:8092/oauth/token";
    let builders = [
        builder().token(TOKEN),
        builder().api_token("api-token-hunter3", tokens),
        builder().client_credentials(tokens, "me", "client-secret-hunter4"),
        builder().refresh_token(tokens, "me", "client-secret-hunter4", "api-token-hunter3"),
    ];
    for builder in builders {
        shown.push(format!("{builder:?}"));
        let api = builder.build().unwrap();
        let team = api.team("analytics");
        let put = team.oauth_credentials().put("me", "client-secret-hunter4");
        shown.push(format!("{api:?}{team:?}{put:?}"));
        put.await.unwrap();
        shown.push(format!(
            "{:?}",
            team.oauth_credentials().get().await.unwrap()
        ));
        let job = team.jobs().create("daily-load").or_get().await.unwrap();
        let all = job
            .secrets()
            .set("password", "job-secret-hunter5")
            .await
            .unwrap();
        assert_eq!(all.expose("password").unwrap(), "job-secret-hunter5");
        shown.push(format!("{job:?}{all:?}{:?}", job.secrets().replace(&all)));
        for fault in [
            Fault::Status(503),
            Fault::MalformedJson,
            Fault::HtmlBody(502),
            Fault::ExpiredToken,
        ] {
            sandbox.faults().times(5, fault);
            let error = job
                .secrets()
                .replace(&all)
                .await
                .err()
                .or(job.secrets().get().await.err());
            shown.push(format!(
                "{error:?}{:?}",
                error.as_ref().map(ToString::to_string)
            ));
            sandbox.faults().clear();
        }
    }
}
