use cloud_sandbox::Fault;
use cloud_sandbox::keystone::DEMO_PROJECT;
use cloud_sandbox::sahara::{IMAGE, NETWORK};
use sahara::keystone::{Project, User};
use sahara::{Client, Cloud, Login, SwiftCredentials, Version};

use super::Stage;

async fn client(stage: &Stage) -> Client {
    connected(stage, Version::V2).await
}

async fn connected(stage: &Stage, version: Version) -> Client {
    let login = Login::password(
        User::named("demo", "Default"),
        "demo-pw",
        Project::named("demo", "Default"),
    );
    let url = stage.server.keystone_url();
    let cloud = Cloud::builder().auth_url(url).login(login);
    let connect = cloud.build().unwrap().data_processing();
    connect.version(version).await.unwrap()
}

/// A cluster template, and a job template that runs a script.
async fn templates(api: &Client) {
    let groups = api.node_group_templates();
    let worker = groups
        .create("worker", "fake", "0.1", "1", ["datanode"])
        .await
        .unwrap();
    let template = api.cluster_templates().create("small", "fake", "0.1");
    let template = template
        .node_group(&worker, 2)
        .image(IMAGE)
        .network(NETWORK);
    template.await.unwrap();
    let binaries = api.job_binaries();
    let script = binaries.create("count.sh", "swift://programs/count.sh");
    let secret = SwiftCredentials::new("demo", "s3cret");
    let script = script.credentials(secret).await.unwrap();
    let job = api
        .job_templates()
        .create("count", "Shell")
        .mains([&script]);
    job.await.unwrap();
}

#[tokio::test]
async fn a_login_finds_sahara_and_says_how() {
    let stage = Stage::new().await;
    let said = stage.prints("connect", &[]).await;
    assert!(said.contains(&stage.server.sahara_url()), "{said}");
    assert!(said.contains("OS_AUTH_URL"), "{said}");
    assert!(said.contains("\nplugin fake 0.1\n"), "{said}");

    // Nothing of the environment but the password.
    let unset = [
        ("OS_AUTH_URL", ""),
        ("OS_USERNAME", ""),
        ("OS_PROJECT_NAME", ""),
        ("OS_USER_DOMAIN_NAME", ""),
        ("OS_PROJECT_DOMAIN_NAME", ""),
    ];
    let url = stage.server.keystone_url();
    let args = [
        "--login",
        &url,
        "demo",
        "demo",
        "--v1",
        "--interface",
        "internal",
    ];
    let ended = stage.run("connect", &args, &unset).await;
    assert!(ended.success, "{}", ended.err);
    assert!(
        ended.out.contains(&format!("/v1.1/{DEMO_PROJECT}")),
        "{}",
        ended.out
    );

    let sahara = stage.server.sahara_url();
    let said = stage.prints("connect", &["--url", &sahara]).await;
    assert!(said.contains("endpoint_override"), "{said}");
    let message = stage
        .fails("connect", &["--service-type", "nonesuch"], &[])
        .await;
    assert!(message.contains("nonesuch"), "{message}");
    let message = stage
        .fails("connect", &[], &[("OS_PASSWORD", "wrong-pw")])
        .await;
    assert!(message.contains("401"), "{message}");
    assert!(message.contains("OS_"), "{message}");
    assert!(!message.contains("wrong-pw"), "{message}");
}

#[tokio::test]
async fn examples_say_what_they_want() {
    let stage = Stage::new().await;
    stage.says_its_usage(&["connect", "night_run"]).await;
}

#[tokio::test]
async fn an_inventory_has_a_line_for_each_thing() {
    let stage = Stage::new().await;
    let api = client(&stage).await;
    templates(&api).await;
    stage
        .server
        .sandbox()
        .sahara()
        .add_cluster("fake", "0.1", "night");
    let before = stage.changes();
    let said = stage.prints("inventory", &[]).await;
    assert_eq!(stage.changes(), before);
    for lines in [
        "\nnode group templates: 1\n    worker: datanode\n",
        "\ncluster templates: 1\n    small on fake 0.1\n",
        "\nclusters: 1\n    night is Active\n",
        "\ndata sources: 0\n",
        "\njob binaries: 1\n    count.sh at swift://programs",
        "\njob templates: 1\n    count (Shell)\n",
        "\njobs: 0\n",
        "\n    Spark\n",
    ] {
        assert!(said.contains(lines), "{lines}: {said}");
    }

    let old = connected(&stage, Version::V1_1).await;
    let internals = old.job_binary_internals();
    internals.upload("old.sh", "wc -l").await.unwrap();
    let variables = [("OS_DATA_PROCESSING_API_VERSION", "1.1")];
    let ended = stage.run("inventory", &[], &variables).await;
    assert!(ended.success, "{}", ended.err);
    let lines = "\njob binary internals: 1\n    old.sh, 5 bytes\n";
    assert!(ended.out.contains(lines), "{}", ended.out);
}

#[tokio::test]
async fn a_night_run_leaves_its_job_and_no_cluster() {
    let stage = Stage::new().await;
    let api = client(&stage).await;
    templates(&api).await;
    let said = stage
        .prints("night_run", &["small", "count", "2026-11-20"])
        .await;
    assert!(said.contains("\nsmall-night is Active\n"), "{said}");
    assert!(said.contains("\nsmall-night is deleted\n"), "{said}");
    let jobs = api.jobs().list().all().await.unwrap();
    let [job] = &jobs[..] else {
        panic!("{jobs:?}");
    };
    assert!(
        said.ends_with(&format!("job {} is SUCCEEDED\n", job.id)),
        "{said}"
    );
    assert_eq!(job.job_configs.args.len(), 1);
    assert!(api.clusters().list().all().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_night_run_whose_job_fails_fails_and_leaves_no_cluster() {
    let stage = Stage::new().await;
    let api = client(&stage).await;
    templates(&api).await;
    let failed = Fault::ActionFailed {
        code: "failed".into(),
        message: "no input".into(),
    };
    stage
        .server
        .sandbox()
        .faults()
        .next_matching("POST /v2/*/jobs", failed);
    let message = stage.fails("night_run", &["small", "count"], &[]).await;
    assert!(message.contains("FAILED"), "{message}");
    assert!(api.clusters().list().all().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_night_run_whose_cluster_fails_leaves_none() {
    let stage = Stage::new().await;
    let api = client(&stage).await;
    templates(&api).await;
    let failed = Fault::ActionFailed {
        code: "failed".into(),
        message: "no room in the cloud".into(),
    };
    stage
        .server
        .sandbox()
        .faults()
        .next_matching("POST /v2/*/clusters", failed);
    let message = stage.fails("night_run", &["small", "count"], &[]).await;
    assert!(message.contains("no room in the cloud"), "{message}");
    assert!(api.clusters().list().all().await.unwrap().is_empty());
    assert!(api.jobs().list().all().await.unwrap().is_empty());

    // Nothing is begun for what is not there.
    let before = stage.changes();
    let message = stage.fails("night_run", &["large", "count"], &[]).await;
    assert_eq!(message, "Error: \"there is no cluster template large\"\n");
    let args = ["small", "count", "--output", "nowhere"];
    let message = stage.fails("night_run", &args, &[]).await;
    assert_eq!(message, "Error: \"there is no data source nowhere\"\n");
    assert_eq!(stage.changes(), before);
}
