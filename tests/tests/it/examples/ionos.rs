use std::fs;

use ionos_dataplatform::{Client, Kubeconfig};

use super::{Stage, TOKEN};

const DATACENTER: &str = "498ae72f-411f-11eb-9d07-046c59cc737e";

fn client(stage: &Stage) -> Client {
    let builder = Client::builder().token(TOKEN);
    let builder = builder.endpoint(stage.server.ionos_dataplatform_url());
    builder.build().unwrap()
}

#[cfg(unix)]
fn mode(file: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn examples_say_what_they_want() {
    let stage = Stage::new().await;
    let all = [
        "create_cluster",
        "fetch_kubeconfig",
        "list_clusters",
        "merge_kubeconfig",
    ];
    stage.says_its_usage(&all).await;
    let message = stage
        .fails("list_clusters", &[], &[("IONOS_TOKEN", "")])
        .await;
    assert!(message.contains("IONOS_TOKEN"), "{message}");
    let wrong = [("IONOS_TOKEN", "another-token")];
    let message = stage.fails("list_clusters", &[], &wrong).await;
    assert!(
        message.contains("401") && message.contains("IONOS_TOKEN"),
        "{message}"
    );
    assert!(!message.contains("another-token"), "{message}");
}

#[tokio::test]
async fn clusters_are_listed_by_any_way_to_log_in() {
    let stage = Stage::new().await;
    let api = client(&stage);
    let lake = api
        .clusters()
        .create("lake", DATACENTER)
        .await
        .unwrap()
        .id
        .clone();
    let said = stage.prints("list_clusters", &[]).await;
    let url = stage.server.ionos_dataplatform_url();
    assert!(
        said.starts_with(&format!("{url}\nversions: 22.11, ")),
        "{said}"
    );
    assert!(
        said.contains(&format!("\nclusters: 1\n{lake} lake ")),
        "{said}"
    );

    // A profile, and an address that goes before that of the environment.
    let file = stage.file("config.yaml");
    let profile =
        format!("version: 1.0\nprofiles:\n  - name: prod\n    credentials: {{token: {TOKEN}}}\n");
    fs::write(&file, profile).unwrap();
    let variables = [
        ("IONOS_TOKEN", ""),
        ("IONOS_CONFIG_FILE", file.as_str()),
        ("IONOS_API_URL", "https://127.0.0.1:9/nothing-here"),
    ];
    let args = ["--profile", "prod", "--url", &url];
    let ended = stage.run("list_clusters", &args, &variables).await;
    assert!(ended.success, "{}", ended.err);
    assert!(ended.out.contains("clusters: 1\n"), "{}", ended.out);

    // A user of another contract.
    let variables = [("IONOS_TOKEN", ""), ("IONOS_PASSWORD", TOKEN)];
    let ended = stage
        .run("list_clusters", &["--user", "ann"], &variables)
        .await;
    assert!(ended.success, "{}", ended.err);
    let message = stage.fails("list_clusters", &["--user", "ann"], &[]).await;
    assert_eq!(message, "Error: \"IONOS_PASSWORD is not set\"\n");
    let message = stage.fails("list_clusters", &["--pin", "12:34"], &[]).await;
    assert!(message.contains("pinned_cert"), "{message}");
}

#[tokio::test]
async fn a_cluster_is_created_with_its_nodes_and_kubeconfig() {
    let stage = Stage::new().await;
    let file = stage.file("lake.yaml");
    let args = ["lake", DATACENTER, "3", &file];
    let said = stage.prints("create_cluster", &args).await;
    assert!(said.contains("\ncluster lake is AVAILABLE\n"), "{said}");
    assert!(
        said.contains("\npool workers of 3 nodes is AVAILABLE\n"),
        "{said}"
    );
    let api = client(&stage);
    let lake = api.clusters().find("lake").await.unwrap().unwrap();
    assert_eq!(lake.properties.version.as_deref(), Some("23.11"));
    let pools = api.node_pools(&lake).list().all().await.unwrap();
    let pool = pools.iter().find(|pool| pool.name() == "workers").unwrap();
    let wanted = &pool.properties;
    assert_eq!(
        (wanted.node_count, wanted.cores, wanted.ram_mb),
        (3, 8, 16384)
    );
    assert!(Kubeconfig::parse(&fs::read_to_string(&file).unwrap()).is_ok());
    #[cfg(unix)]
    assert_eq!(mode(&file), 0o600);

    let before = stage.changes();
    let message = stage.fails("create_cluster", &args, &[]).await;
    assert_eq!(message, "Error: \"there is a cluster lake already\"\n");
    assert_eq!(stage.changes(), before);
}

#[tokio::test]
async fn a_kubeconfig_is_fetched_into_a_file_or_into_another_one() {
    let stage = Stage::new().await;
    let api = client(&stage);
    // Not waited for: the example does that.
    api.clusters().create("lake", DATACENTER).await.unwrap();
    let file = stage.file("lake.yaml");
    let said = stage.prints("fetch_kubeconfig", &["lake", &file]).await;
    let written = Kubeconfig::parse(&fs::read_to_string(&file).unwrap()).unwrap();
    let context = written.current_context().unwrap();
    let last = format!("try: kubectl --kubeconfig {file} --context {context} get nodes\n");
    assert!(said.ends_with(&last), "{said}");
    #[cfg(unix)]
    assert_eq!(mode(&file), 0o600);

    let message = stage.fails("fetch_kubeconfig", &["lake", &file], &[]).await;
    assert!(message.contains("is there already; --merge"), "{message}");
    let message = stage
        .fails("fetch_kubeconfig", &["sea", &stage.file("sea.yaml")], &[])
        .await;
    assert_eq!(message, "Error: \"there is no cluster sea\"\n");

    // What was there stays, to the byte.
    let there = "# mine\napiVersion: v1\nkind: Config\ncurrent-context: home\n\
                 clusters: []\nusers: []\ncontexts: []\n";
    let config = stage.file("config");
    fs::write(&config, there).unwrap();
    stage
        .prints("fetch_kubeconfig", &["lake", &config, "--merge"])
        .await;
    let merged = fs::read_to_string(&config).unwrap();
    assert!(merged.starts_with("# mine\napiVersion: v1\n"), "{merged}");
    assert!(merged.contains(&context), "{merged}");
    let merged = Kubeconfig::parse(&merged).unwrap();
    assert_eq!(merged.current_context().as_deref(), Some("home"));

    let second = stage.file("second");
    fs::write(&second, there).unwrap();
    let said = stage.prints("merge_kubeconfig", &[&file, &second]).await;
    assert_eq!(said, format!("{second} has the entries of {file}\n"));
    let missing = stage.file("missing");
    let message = stage
        .fails("merge_kubeconfig", &[&missing, &second], &[])
        .await;
    assert!(message.contains("missing: "), "{message}");
    assert_eq!(fs::read(&second).unwrap(), fs::read(&config).unwrap());
}
