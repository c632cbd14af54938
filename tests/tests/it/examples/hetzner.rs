use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use cloud_sandbox::{Fault, Sandbox};
use hetzner::{Client, ImageType, Server};

use super::{Stage, TOKEN};

fn client(stage: &Stage) -> Client {
    let builder = Client::builder()
        .token(TOKEN)
        .endpoint(stage.server.hetzner_url())
        .hetzner_endpoint(stage.server.hetzner_url())
        .poll_interval(Duration::from_millis(5));
    builder.build().unwrap()
}

async fn server(api: &Client, name: &str, labels: &[(&str, &str)]) -> Server {
    let labels: BTreeMap<String, String> = labels
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let create = api.servers().create(name, "cx23", "debian-13");
    let created = create.location("fsn1").labels(labels).await.unwrap();
    created.wait().await.unwrap()
}

async fn names(api: &Client) -> Vec<String> {
    let servers = api.servers().list().all().await.unwrap();
    let mut names: Vec<_> = servers.into_iter().map(|server| server.name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn servers_are_listed_and_found() {
    let stage = Stage::new().await;
    let api = client(&stage);
    assert_eq!(stage.prints("list_servers", &[]).await, "0 servers\n");
    let first = server(&api, "web-1", &[]).await;
    let second = server(&api, "web-2", &[]).await;

    let all = stage.prints("list_servers", &[]).await;
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines.len(), 3, "{all}");
    for (line, server) in lines.iter().zip([&first, &second]) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (id, address) = (server.id.to_string(), server.ipv4().unwrap().to_string());
        assert_eq!(
            words,
            [&id, &server.name, "running", "cx23", "fsn1", &address]
        );
    }
    assert_eq!(lines[2], "2 servers");

    let named = stage.prints("list_servers", &["web-2"]).await;
    assert_eq!(named, format!("{}\n", lines[1]));
    let numbered = stage.prints("list_servers", &[&first.id.to_string()]).await;
    assert_eq!(numbered, format!("{}\n", lines[0]));

    let message = stage.fails("list_servers", &["web-3"], &[]).await;
    assert_eq!(
        message,
        "Error: \"there is no server with the name web-3\"\n"
    );
    let message = stage.fails("list_servers", &["1"], &[]).await;
    assert_eq!(message, "Error: \"there is no server with the number 1\"\n");
}

#[tokio::test]
async fn a_wrong_token_is_told_by_the_variable_it_came_from() {
    let stage = Stage::new().await;
    let wrong = [("HCLOUD_TOKEN", "another-token")];
    let message = stage.fails("list_servers", &[], &wrong).await;
    assert!(message.contains("401"), "{message}");
    assert!(message.contains("HCLOUD_TOKEN"), "{message}");
    assert!(!message.contains("another-token"), "{message}");
    let message = stage
        .fails("list_servers", &[], &[("HCLOUD_TOKEN", "")])
        .await;
    assert!(message.contains("HCLOUD_TOKEN"), "{message}");
}

#[tokio::test]
async fn examples_say_what_they_want() {
    let stage = Stage::new().await;
    let all = [
        "acme_dns_hook",
        "autoscaler",
        "change_server",
        "create_server",
        "dynamic_dns",
        "firewall_from_labels",
        "rotate_snapshots",
    ];
    stage.says_its_usage(&all).await;
}

#[tokio::test]
async fn a_server_is_created_once() {
    let stage = Stage::new().await;
    let api = client(&stage);
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB me";
    api.ssh_keys().create("laptop", key).await.unwrap();
    let file = stage.file("cloud-init.yaml");
    std::fs::write(&file, "#cloud-config\n").unwrap();

    let words = ["web-1", "cx23", "debian-13", "--location", "nbg1"];
    let options = ["--ssh-key", "laptop", "--user-data", &file];
    let args = [&words[..], &options].concat();
    let said = stage.prints("create_server", &args).await;
    let server = api.servers().find("web-1").await.unwrap().unwrap();
    let last = format!(
        "web-1 is running and has the number {} and {}\n",
        server.id,
        server.ipv4().unwrap()
    );
    assert!(said.ends_with(&last), "{said}");
    assert!(!said.contains("password"), "{said}");
    assert_eq!(server.location.name, "nbg1");
    let entries = stage.server.sandbox().journal().entries();
    let sent = entries
        .iter()
        .find(|entry| entry.method == "POST" && entry.path == "/v1/servers");
    let sent: serde_json::Value = serde_json::from_slice(&sent.unwrap().body).unwrap();
    assert_eq!(sent["user_data"], "#cloud-config\n");
    assert_eq!(sent["ssh_keys"], serde_json::json!(["laptop"]));

    let said = stage.prints("create_server", &args).await;
    assert!(said.starts_with("web-1 is there already\n"), "{said}");
    assert!(said.ends_with(&last), "{said}");
    assert_eq!(names(&api).await, ["web-1"]);

    let said = stage
        .prints(
            "create_server",
            &["web-2", "cx23", "debian-13", "--stopped"],
        )
        .await;
    assert!(said.starts_with("the password of root is "), "{said}");
    assert!(api.servers().find("web-2").await.unwrap().unwrap().is_off());
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_server() {
    let stage = Stage::new().await;
    let faults = stage.server.sandbox().faults();
    faults.next_matching("POST /v1/servers", Fault::ResetAfterHandling);
    stage
        .prints("create_server", &["web-1", "cx23", "debian-13"])
        .await;
    assert_eq!(names(&client(&stage)).await, ["web-1"]);
}

#[tokio::test]
async fn a_server_is_changed() {
    let stage = Stage::new().await;
    let api = client(&stage);
    let id = server(&api, "web-1", &[]).await.id;
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB me";
    api.ssh_keys().create("laptop", key).await.unwrap();
    let now = async || api.servers().get(id).await.unwrap();

    let said = stage
        .prints("change_server", &["web-1", "rename", "web-9"])
        .await;
    assert_eq!(said, "web-1 is called web-9 now\n");
    assert_eq!(now().await.name, "web-9");

    let said = stage
        .prints("change_server", &["web-9", "backups", "on"])
        .await;
    let window = now().await.backup_window.unwrap();
    let expected = format!("web-9 is backed up every day, in the hours {window} (UTC)\n");
    assert_eq!(said, expected);
    stage
        .prints("change_server", &["web-9", "backups", "off"])
        .await;
    assert_eq!(now().await.backup_window, None);

    let said = stage
        .prints("change_server", &["web-9", "rescue", "on", "laptop"])
        .await;
    assert!(said.starts_with("the password of root is "), "{said}");
    assert!(now().await.rescue_enabled);
    stage
        .prints("change_server", &[&id.to_string(), "rescue", "off"])
        .await;
    assert!(!now().await.rescue_enabled);
    let message = stage
        .fails("change_server", &["web-9", "rescue", "on", "desk"], &[])
        .await;
    assert_eq!(message, "Error: \"there is no SSH key desk\"\n");

    let said = stage
        .prints("change_server", &["web-9", "wait", "running"])
        .await;
    assert_eq!(said, "web-9 is running\n");
    let message = stage
        .fails("change_server", &["web-9", "wait", "off", "2"], &[])
        .await;
    assert!(
        message.contains(&format!("server {id} running")),
        "{message}"
    );

    let said = stage.prints("change_server", &["web-9", "delete"]).await;
    assert_eq!(said, "web-9 is deleted\n");
    assert!(api.servers().find("web-9").await.unwrap().is_none());
    let message = stage
        .fails("change_server", &["web-9", "delete"], &[])
        .await;
    assert_eq!(message, "Error: \"there is no server web-9\"\n");
}

#[tokio::test]
async fn idle_servers_of_a_pool_become_fewer() {
    let stage = Stage::new().await;
    let api = client(&stage);
    server(&api, "other", &[("pool", "db")]).await;
    let args = ["web", "2", "4", "cx23", "debian-13"];
    let dry = [&args[..], &["--dry-run"]].concat();

    let before = stage.changes();
    let said = stage.prints("autoscaler", &dry).await;
    assert_eq!(said, "0 servers, load 0 %\nadd web-1\nadd web-2\n");
    assert_eq!(stage.changes(), before);

    let said = stage.prints("autoscaler", &args).await;
    assert!(said.contains("\nweb-2 runs with the number "), "{said}");
    assert_eq!(names(&api).await, ["other", "web-1", "web-2"]);
    let before = stage.changes();
    let said = stage.prints("autoscaler", &args).await;
    assert!(said.starts_with("2 servers, load "), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(stage.changes(), before);

    let words = ["web", "two", "4", "cx23", "debian-13"];
    let message = stage.fails("autoscaler", &words, &[]).await;
    assert_eq!(message, "Error: \"two is no number\"\n");

    // Younger than the others, though its name is the first.
    stage
        .server
        .sandbox()
        .clock()
        .advance(Duration::from_secs(2));
    server(&api, "web-0", &[("pool", "web")]).await;
    let said = stage.prints("autoscaler", &args).await;
    assert!(said.starts_with("3 servers, load "), "{said}");
    assert!(said.ends_with(" %\nremove web-0\n"), "{said}");
    assert_eq!(names(&api).await, ["other", "web-1", "web-2"]);
}

#[tokio::test]
async fn busy_servers_of_a_pool_become_more() {
    // Servers of the sandbox are busy from their beginning on, which is an hour ago by the program's clock.
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let stage = Stage::of(Sandbox::builder().starting_at(hour_ago)).await;
    let api = client(&stage);
    server(&api, "web-2", &[("pool", "web")]).await;

    let args = ["web", "1", "2", "cax11", "debian-13"];
    let said = stage.prints("autoscaler", &args).await;
    // The first name that is free.
    assert!(said.contains("add web-1\n"), "{said}");
    let added = api.servers().find("web-1").await.unwrap().unwrap();
    assert_eq!(added.labels.get("pool"), Some("web"));
    assert_eq!(added.server_type.name, "cax11");

    // There are as many as there may be.
    let said = stage.prints("autoscaler", &args).await;
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(names(&api).await, ["web-1", "web-2"]);
}

#[tokio::test]
async fn a_firewall_stands_before_servers_with_a_label() {
    let stage = Stage::new().await;
    let api = client(&stage);
    let web = server(&api, "web-1", &[("role", "web")]).await;
    server(&api, "db-1", &[("role", "db")]).await;
    let args = [
        "web",
        "role=web",
        "tcp:443",
        "tcp:22:203.0.113.0/24",
        "icmp",
    ];
    let dry = [&args[..], &["--dry-run"]].concat();

    let before = stage.changes();
    let said = stage.prints("firewall_from_labels", &dry).await;
    assert_eq!(
        said,
        "1 servers have role=web now\ncreate web with 3 rules\n"
    );
    assert_eq!(stage.changes(), before);

    stage.prints("firewall_from_labels", &args).await;
    let firewall = api.firewalls().find("web").await.unwrap().unwrap();
    assert_eq!(firewall.servers(), [web.id]);
    let seen: Vec<_> = firewall
        .rules
        .iter()
        .map(|rule| (rule.port.as_deref(), rule.source_ips.join(" ")))
        .collect();
    let anywhere = "0.0.0.0/0 ::/0".to_owned();
    let office = "203.0.113.0/24".to_owned();
    assert_eq!(
        seen,
        [
            (Some("443"), anywhere.clone()),
            (Some("22"), office),
            (None, anywhere)
        ]
    );

    let before = stage.changes();
    let said = stage.prints("firewall_from_labels", &args).await;
    assert_eq!(
        said,
        "1 servers have role=web now\nweb is as it should be\n"
    );
    assert_eq!(stage.changes(), before);

    let fewer = ["web", "role=web", "tcp:443"];
    let said = stage.prints("firewall_from_labels", &fewer).await;
    assert!(said.contains("set 1 rules of web\n"), "{said}");
    assert_eq!(api.firewalls().get(&firewall).await.unwrap().rules.len(), 1);

    let message = stage
        .fails("firewall_from_labels", &["web", "role=web", "tcp"], &[])
        .await;
    assert!(
        message.contains("tcp is no rule such as tcp:443"),
        "{message}"
    );
    let message = stage
        .fails("firewall_from_labels", &["web", "role in web", "icmp"], &[])
        .await;
    assert!(message.contains("expected `(`"), "{message}");
}

#[tokio::test]
async fn snapshots_are_rotated() {
    let stage = Stage::new().await;
    let api = client(&stage);
    let db = server(&api, "db-1", &[]).await;
    let by_hand = api
        .servers()
        .create_image(&db)
        .description("by hand")
        .await
        .unwrap();
    let by_hand = by_hand.wait().await.unwrap().id;
    let snapshots = async || {
        let list = api
            .images()
            .list()
            .kind(ImageType::Snapshot)
            .all()
            .await
            .unwrap();
        let mut ids: Vec<_> = list.into_iter().map(|image| image.id).collect();
        ids.sort();
        ids
    };

    let before = stage.changes();
    let said = stage
        .prints("rotate_snapshots", &["db-1", "2", "--dry-run"])
        .await;
    assert!(
        said.starts_with("take db-1 20") && said.lines().count() == 1,
        "{said}"
    );
    assert_eq!(stage.changes(), before);

    let mut taken = Vec::new();
    for _ in 0..2 {
        stage
            .server
            .sandbox()
            .clock()
            .advance(Duration::from_secs(86_400));
        stage.prints("rotate_snapshots", &["db-1", "2"]).await;
        taken = snapshots().await;
    }
    assert_eq!(taken.len(), 3);
    assert_eq!(taken[0], by_hand);

    // The oldest would go.
    stage
        .server
        .sandbox()
        .clock()
        .advance(Duration::from_secs(86_400));
    let said = stage
        .prints("rotate_snapshots", &["db-1", "2", "--dry-run"])
        .await;
    assert!(
        said.contains(&format!("\ndelete {} (db-1 ", taken[1])),
        "{said}"
    );
    assert_eq!(snapshots().await, taken);
    stage.prints("rotate_snapshots", &["db-1", "2"]).await;
    let now = snapshots().await;
    assert_eq!((now.len(), now[0], now[1]), (3, by_hand, taken[2]));

    // One that failed takes none of the others with it.
    let failed = Fault::ActionFailed {
        code: "server_error".into(),
        message: "no room".into(),
    };
    let create = format!("POST /v1/servers/{}/actions/create_image", db.id);
    stage
        .server
        .sandbox()
        .faults()
        .next_matching(&create, failed);
    let message = stage.fails("rotate_snapshots", &["db-1", "1"], &[]).await;
    assert!(message.contains("no room"), "{message}");
    let left = snapshots().await;
    assert!(now.iter().all(|id| left.contains(id)), "{left:?}");
}

#[tokio::test]
async fn a_name_follows_an_address() {
    let stage = Stage::new().await;
    let api = client(&stage);
    api.zones()
        .create("example.com")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let records = api.zone("example.com").records();
    let values = async |kind: &str| {
        let found = records.find("home", kind).await.unwrap();
        found.map(|set| set.values().map(str::to_owned).collect::<Vec<_>>())
    };

    let args = ["example.com", "home", "203.0.113.7", "2001:db8::7"];
    let dry = [&args[..], &["--dry-run"]].concat();
    let before = stage.changes();
    let said = stage.prints("dynamic_dns", &dry).await;
    assert_eq!(
        said,
        "+ home 60 A 203.0.113.7\n+ home 60 AAAA 2001:db8::7\n"
    );
    assert_eq!(stage.changes(), before);

    stage.prints("dynamic_dns", &args).await;
    assert_eq!(values("A").await.unwrap(), ["203.0.113.7"]);
    assert_eq!(values("AAAA").await.unwrap(), ["2001:db8::7"]);
    let before = stage.changes();
    let said = stage.prints("dynamic_dns", &args).await;
    assert_eq!(said, "home of example.com is up to date\n");
    assert_eq!(stage.changes(), before);

    let said = stage
        .prints("dynamic_dns", &["example.com", "home", "203.0.113.8"])
        .await;
    assert!(said.ends_with("home of example.com is changed\n"), "{said}");
    assert_eq!(values("A").await.unwrap(), ["203.0.113.8"]);
    assert_eq!(values("AAAA").await.unwrap(), ["2001:db8::7"]);

    let message = stage
        .fails("dynamic_dns", &["example.com", "home", "here"], &[])
        .await;
    assert_eq!(message, "Error: \"here is no address\"\n");
    let message = stage
        .fails("dynamic_dns", &["example.org", "home", "203.0.113.8"], &[])
        .await;
    assert!(
        message.contains("404") && message.contains("example.org"),
        "{message}"
    );
}

#[tokio::test]
async fn an_acme_challenge_is_set_beside_others_and_taken_away() {
    let stage = Stage::new().await;
    let api = client(&stage);
    for zone in ["example.com", "notexample.com"] {
        api.zones()
            .create(zone)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
    }
    let texts = async |zone: &str, name: &str| {
        let found = api.zone(zone).records().find(name, "TXT").await.unwrap();
        let set = found.map(|set| set.records).unwrap_or_default();
        let mut texts: Vec<_> = set.iter().filter_map(hetzner::Record::text).collect();
        texts.sort();
        texts
    };

    // As lego calls it.
    let name = "_acme-challenge.example.com.";
    let said = stage
        .prints("acme_dns_hook", &["present", name, "one"])
        .await;
    assert!(
        said.ends_with("present of _acme-challenge.example.com. in example.com is done\n"),
        "{said}"
    );
    // As certbot does.
    let certbot = [
        ("CERTBOT_DOMAIN", "example.com"),
        ("CERTBOT_VALIDATION", "two"),
    ];
    assert!(
        stage
            .run("acme_dns_hook", &["present"], &certbot)
            .await
            .success
    );
    assert_eq!(
        texts("example.com", "_acme-challenge").await,
        ["one", "two"]
    );
    stage
        .prints("acme_dns_hook", &["cleanup", name, "one"])
        .await;
    assert_eq!(texts("example.com", "_acme-challenge").await, ["two"]);
    assert!(
        stage
            .run("acme_dns_hook", &["cleanup"], &certbot)
            .await
            .success
    );
    assert!(texts("example.com", "_acme-challenge").await.is_empty());

    // A zone is a whole domain, and not the end of a word.
    let name = "_acme-challenge.www.notexample.com";
    stage
        .prints("acme_dns_hook", &["present", name, "three"])
        .await;
    assert_eq!(
        texts("notexample.com", "_acme-challenge.www").await,
        ["three"]
    );
    let name = "_acme-challenge.example.net";
    let message = stage
        .fails("acme_dns_hook", &["present", name, "x"], &[])
        .await;
    assert!(
        message.contains("there is no zone for _acme-challenge.example.net"),
        "{message}"
    );
}

#[tokio::test]
async fn attempts_are_counted_for_prometheus() {
    let stage = Stage::new().await;
    let api = client(&stage);
    server(&api, "web-1", &[]).await;
    stage
        .server
        .sandbox()
        .faults()
        .next_matching("GET /v1/servers", Fault::Status(503));
    let said = stage.prints("prometheus", &[]).await;
    for line in [
        r#"hetzner_requests_total{method="GET",path="/servers",outcome="200"} 1"#,
        r#"hetzner_requests_total{method="GET",path="/servers",outcome="503"} 1"#,
        r#"hetzner_request_duration_seconds_bucket{method="GET",path="/servers",outcome="200",le="+Inf"} 1"#,
    ] {
        assert!(said.lines().any(|found| found == line), "{line}: {said}");
    }
    assert!(said.lines().next().unwrap().ends_with(" web-1"), "{said}");
}
