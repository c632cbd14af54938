//! What a sandbox holds, kept and loaded again.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::common::openstack::{Cloud, cluster};
use crate::common::ovh::Ovh;
use crate::common::vdk::{JOB, Vdk};
use crate::common::{Api, Reply, order};
use cloud_sandbox::{Operation, Sandbox, StateError};
use serde_json::{Value, json};

/// Clients of all services of one sandbox.
struct Clients {
    hetzner: Api,
    ovh: Ovh,
    vdk: Vdk,
    ionos: Api,
    cloud: Cloud,
}

impl Clients {
    fn of(sandbox: &Sandbox, token: &str) -> Self {
        let mut cloud = Cloud::without_token(sandbox.clone());
        token.clone_into(&mut cloud.token);
        Self {
            hetzner: Api::of(sandbox.clone()),
            ovh: Ovh::of(sandbox.clone()),
            vdk: Vdk::of(sandbox.clone()),
            ionos: Api::ionos(sandbox.clone()),
            cloud,
        }
    }

    async fn get(&self, service: &str, path: &str) -> Reply {
        match service {
            "hetzner" => self.hetzner.get(path).await,
            "ovh" => self.ovh.call("GET", path, Value::Null).await,
            "vdk-control" => self.vdk.get(path).await,
            "ionos-dataplatform" => self.ionos.get(path).await,
            "keystone" => self.cloud.keystone("GET", path, Value::Null).await,
            _ => self.cloud.call("GET", path, Value::Null).await,
        }
    }

    /// The paths that a template stands for: with the ids that the list before each parameter has.
    async fn paths(&self, service: &str, template: &str) -> Vec<String> {
        let mut open = vec![template.to_owned()];
        let mut paths = Vec::new();
        while let Some(path) = open.pop() {
            let Some((before, rest)) = path.split_once('{') else {
                paths.push(path);
                continue;
            };
            let (name, after) = rest.split_once('}').unwrap();
            let list = self.get(service, before.trim_end_matches('/')).await.json;
            let ids = match name {
                "team_name" => BTreeSet::from(["team".to_owned()]),
                "job_name" => BTreeSet::from(["daily-load".to_owned()]),
                "user" => BTreeSet::from([cloud_sandbox::keystone::DEMO_USER.to_owned()]),
                _ => ids(&list),
            };
            // A few of each are enough; the newest are those that were made here.
            open.extend(
                ids.into_iter()
                    .rev()
                    .take(3)
                    .map(|id| format!("{before}{id}{after}")),
            );
        }
        paths
    }

    /// What all operations that read answer.
    async fn read_all(&self) -> Vec<(String, u16, String)> {
        let mut all = Vec::new();
        let services: [(&str, Vec<&Operation>); 7] = [
            ("hetzner", cloud_sandbox::hetzner::operations().collect()),
            ("ovh", cloud_sandbox::ovh::operations().collect()),
            (
                "vdk-control",
                cloud_sandbox::vdk_control::operations().collect(),
            ),
            (
                "ionos-dataplatform",
                cloud_sandbox::ionos_dataplatform::operations().collect(),
            ),
            ("keystone", cloud_sandbox::keystone::operations().collect()),
            ("/v1.1", cloud_sandbox::sahara::operations_v1_1().collect()),
            ("/v2", cloud_sandbox::sahara::operations_v2().collect()),
        ];
        for (service, operations) in services {
            let prefix = if service.starts_with('/') {
                service
            } else {
                ""
            };
            for operation in operations {
                if operation.method != "GET" {
                    continue;
                }
                let template = format!("{prefix}{}", operation.path);
                for path in self.paths(service, &template).await {
                    let reply = self.get(service, &path).await;
                    let text = format!("{:?} {}", reply.bytes.len(), reply.text);
                    all.push((format!("{service} {path}"), reply.status, text));
                }
            }
        }
        all
    }
}

/// The ids in a list of any of the services: texts and numbers, or objects with an id.
fn ids(list: &Value) -> BTreeSet<String> {
    let rows: Vec<&Value> = match list {
        Value::Array(rows) => rows.iter().collect(),
        Value::Object(keys) => keys
            .values()
            .filter_map(Value::as_array)
            .flatten()
            .collect(),
        _ => Vec::new(),
    };
    let id = |row: &Value| match row.get("id").unwrap_or(row) {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let encoded = |id: String| id.replace('/', "%2F");
    rows.into_iter().filter_map(id).map(encoded).collect()
}

/// Something of everything.
async fn filled(sandbox: &Sandbox) -> Clients {
    let clients = Clients::of(sandbox, "");
    let api = &clients.hetzner;
    let public_key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDxyrAcUjKcZ0h1LZKPVxkn3UqVhDzrmZ5OjsRjzRPSx me";
    api.post("/ssh_keys", json!({"name": "me", "public_key": public_key}))
        .await
        .ok(201);
    api.post(
        "/placement_groups",
        json!({"name": "g", "type": "spread", "labels": {"env": "prod"}}),
    )
    .await
    .ok(201);
    let server = api.server("web-1").await;
    api.act(server, "enable_backup", Value::Null).await;
    api.act(
        server,
        "create_image",
        json!({"type": "snapshot", "description": "before"}),
    )
    .await;
    api.act(
        server,
        "change_protection",
        json!({"delete": true, "rebuild": true}),
    )
    .await;
    let network = json!({"name": "inner", "ip_range": "10.9.0.0/16", "subnets": [{"type": "cloud", "ip_range": "10.9.1.0/24", "network_zone": "eu-central"}], "routes": [{"destination": "10.100.1.0/24", "gateway": "10.9.1.9"}]});
    let network = api.post("/networks", network).await.ok(201)["network"]["id"].clone();
    api.act(
        server,
        "attach_to_network",
        json!({"network": network, "alias_ips": ["10.9.1.77"]}),
    )
    .await;
    let volume = json!({"name": "data", "size": 10, "format": "ext4", "server": server});
    api.post("/volumes", volume).await.ok(201);
    api.settle();
    let rule =
        json!({"direction": "in", "protocol": "tcp", "port": "22", "source_ips": ["0.0.0.0/0"]});
    let firewall = json!({"name": "web", "rules": [rule], "apply_to": [{"type": "server", "server": {"id": server}}, {"type": "label_selector", "label_selector": {"selector": "env=prod"}}]});
    api.post("/firewalls", firewall).await.ok(201);
    api.settle();
    let floating = json!({"type": "ipv6", "name": "f", "server": server});
    api.post("/floating_ips", floating).await.ok(201);
    api.settle();
    let certificate = json!({"name": "www", "type": "managed", "domain_names": ["example.com"]});
    let certificate =
        api.post("/certificates", certificate).await.ok(201)["certificate"]["id"].clone();
    api.settle();
    let balancer = json!({
        "name": "front", "load_balancer_type": "lb11", "location": "fsn1", "network": network,
        "targets": [{"type": "server", "server": {"id": server}, "use_private_ip": true}, {"type": "label_selector", "label_selector": {"selector": "env=prod"}}],
        "services": [{"protocol": "https", "listen_port": 443, "destination_port": 80, "http": {"certificates": [certificate], "redirect_http": true}}],
    });
    api.post("/load_balancers", balancer).await.ok(201);
    api.settle();
    let zone = json!({"name": "example.com", "mode": "primary", "rrsets": [{"name": "www", "type": "A", "ttl": 300, "records": [{"value": "203.0.113.1", "comment": "here"}]}]});
    api.post("/zones", zone).await.ok(201);
    let zone = json!({"name": "example.net", "mode": "secondary", "primary_nameservers": [{"address": "203.0.113.2", "port": 53}]});
    api.post("/zones", zone).await.ok(201);
    let storage = json!({"name": "backup", "storage_box_type": "bx11", "location": "fsn1", "password": "Tr0ub4dor&3-long"});
    let storage = api.post("/storage_boxes", storage).await.ok(201)["storage_box"]["id"].clone();
    api.settle();
    let storage = format!("/storage_boxes/{storage}");
    let plan = json!({"max_snapshots": 3, "minute": 30, "hour": 4, "day_of_week": null, "day_of_month": null});
    api.run(&format!("{storage}/actions/enable_snapshot_plan"), plan)
        .await;
    api.run(
        &format!("{storage}/snapshots"),
        json!({"description": "by hand"}),
    )
    .await;
    let account = json!({"home_directory": "web", "password": "Tr0ub4dor&3-long", "access_settings": {"ssh_enabled": true}});
    api.run(&format!("{storage}/subaccounts"), account).await;
    let failing = cloud_sandbox::Fault::ActionFailed {
        code: "c".into(),
        message: "m".into(),
    };
    sandbox.faults().next(failing);
    api.post(&format!("/servers/{server}/actions/reboot"), Value::Null)
        .await
        .ok(201);
    api.settle();

    let record = json!({"fieldType": "A", "subDomain": "new", "target": "203.0.113.7", "ttl": 300});
    clients
        .ovh
        .call("POST", "/domain/zone/example.com/record", record)
        .await
        .ok(200);
    clients
        .ovh
        .call("POST", "/domain/zone/example.com/refresh", Value::Null)
        .await
        .ok(200);
    let rules = json!({"accessRules": [{"method": "GET", "path": "/me"}]});
    clients
        .ovh
        .call("POST", "/auth/credential", rules)
        .await
        .ok(200);

    clients.vdk.deployed(JOB).await;
    clients
        .vdk
        .start(JOB, json!({"started_by": "me", "args": {"n": 1}}))
        .await;
    clients
        .vdk
        .put(
            &format!("{JOB}/properties")
                .replace("/properties", "/deployments/production/properties"),
            json!({"a": "b"}),
        )
        .await;
    clients
        .vdk
        .put(
            &format!("{JOB}/deployments/production/secrets"),
            json!({"password": "hidden"}),
        )
        .await;

    let lake = json!({"properties": {"name": "lake", "dataPlatformVersion": "23.7", "datacenterId": "db8ad26b-b79f-4955-9ff6-b1b7b1c4b1c4"}});
    let lake = clients.ionos.post("/clusters", lake).await.ok(200)["id"].clone();
    let lake = lake.as_str().unwrap();
    let pool = json!({"properties": {"name": "workers", "nodeCount": 2}});
    clients
        .ionos
        .post(&format!("/clusters/{lake}/nodepools"), pool)
        .await
        .ok(200);

    let cloud = Cloud::of(sandbox.clone()).await;
    let template = cloud.cluster_template("ct").await;
    cloud
        .post("/v2/clusters", cluster("c1", &template))
        .await
        .ok(202);
    let binary = cloud
        .call("PUT", "/v1.1/job-binary-internals/script.sh", Value::Null)
        .await;
    assert!(binary.status < 500, "{}", binary.text);
    let source = json!({"name": "in", "type": "swift", "url": "swift://a.sahara/b", "credentials": {"user": "u", "password": "p"}});
    cloud.post("/v2/data-sources", source).await.ok(202);
    let credential =
        json!({"application_credential": {"name": "mine", "secret": "s", "roles": []}});
    let path = format!(
        "/v3/users/{}/application_credentials",
        cloud_sandbox::keystone::DEMO_USER
    );
    cloud.keystone("POST", &path, credential).await;
    Clients { cloud, ..clients }
}

#[tokio::test]
async fn after_a_restart_every_operation_that_reads_answers_the_same() {
    let sandbox = Sandbox::builder().seed(7).build();
    let clients = filled(&sandbox).await;
    assert!(
        matches!(sandbox.state(), Err(StateError::Busy(_))),
        "a cluster is being made"
    );
    sandbox.finish_work();
    let state = sandbox.state().unwrap();

    let text = state.to_string();
    let other = Sandbox::new();
    other
        .load_state(&serde_json::from_str(&text).unwrap())
        .unwrap();
    assert_eq!(other.state().unwrap(), state);
    let loaded = Clients::of(&other, &clients.cloud.token);

    let (before, after) = (clients.read_all().await, loaded.read_all().await);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    assert_eq!(before.len(), after.len());
    // What was made was read too, in every service, and few of the operations that read need more than a path.
    let is_read = |status: u16| status == 200;
    for (service, least) in [
        ("hetzner ", 100),
        ("ovh ", 105),
        ("vdk-control ", 9),
        ("ionos-dataplatform ", 6),
        ("keystone ", 8),
        ("/v1.1 ", 20),
        ("/v2 ", 20),
    ] {
        let of_service = before.iter().filter(|(path, ..)| path.starts_with(service));
        let read = of_service.filter(|(_, status, _)| is_read(*status)).count();
        assert!(read >= least, "{service}{read}");
    }
    let refused: Vec<_> = before
        .iter()
        .filter(|(_, status, _)| !is_read(*status))
        .map(|(path, status, _)| format!("{status} {path}"))
        .collect();
    assert!(refused.len() < 20, "{refused:#?}");
}

#[tokio::test]
async fn what_goes_on_after_a_restart_is_what_would_have_gone_on() {
    let sandbox = Sandbox::builder().seed(7).build();
    let clients = filled(&sandbox).await;
    sandbox.finish_work();
    let other = Sandbox::new();
    other.load_state(&sandbox.state().unwrap()).unwrap();
    let loaded = Clients::of(&other, &clients.cloud.token);
    // The plan takes a snapshot in the night, names stay taken, ids and passwords go on where they were.
    for clients in [&clients, &loaded] {
        clients
            .hetzner
            .sandbox
            .clock()
            .advance(Duration::from_secs(86_400));
        let storage =
            clients.hetzner.get("/storage_boxes").await.ok(200)["storage_boxes"][0]["id"].clone();
        let snapshots = clients
            .hetzner
            .get(&format!("/storage_boxes/{storage}/snapshots"))
            .await;
        assert_eq!(snapshots.ok(200)["snapshots"].as_array().unwrap().len(), 2);
        clients
            .hetzner
            .post("/servers", order("web-1"))
            .await
            .error(409, "uniqueness_error");
    }
    let made = async |clients: &Clients| {
        let made = clients.hetzner.post("/servers", order("web-2")).await;
        (
            made.ok(201)["server"]["id"].clone(),
            made.json["root_password"].clone(),
        )
    };
    let (first, second) = (made(&clients).await, made(&loaded).await);
    assert_eq!(first, second);
    assert!(first.1.is_string(), "{first:?}");
}

#[tokio::test]
async fn of_a_state_with_something_wrong_in_it_nothing_is_loaded() {
    let sandbox = Sandbox::new();
    let api = Api::of(sandbox.clone());
    api.server("web-1").await;
    let state = sandbox.state().unwrap();
    let servers = "/services/hetzner/projects/one/servers";
    let id = state
        .pointer(servers)
        .unwrap()
        .as_object()
        .unwrap()
        .keys()
        .next()
        .unwrap()
        .clone();
    for (pointer, value, path, message) in [
        (
            "/version".to_owned(),
            json!(99),
            "version".to_owned(),
            "99 is not 1, which this version reads",
        ),
        (
            "/clock/speed".to_owned(),
            json!("fast"),
            "clock.speed".to_owned(),
            "invalid type: string \"fast\", expected f64",
        ),
        (
            "/clock/speed".to_owned(),
            json!(-1.0),
            "clock.speed".to_owned(),
            "-1 is not a speed of time",
        ),
        (
            format!("{servers}/{id}/server_type"),
            json!("cx99"),
            format!("services.hetzner.projects.one.servers.{id}.server_type"),
            "there is no \"cx99\"",
        ),
        (
            format!("{servers}/{id}/status"),
            json!("x".repeat(65)),
            format!("services.hetzner.projects.one.servers.{id}.status"),
            "this is no word of an API",
        ),
        (
            "/services/ovh".to_owned(),
            json!({"now": 1}),
            "services.ovh.now".to_owned(),
            "invalid type: integer `1`, expected struct SystemTime",
        ),
    ] {
        let mut wrong = state.clone();
        *wrong.pointer_mut(&pointer).unwrap() = value;
        let error = sandbox.load_state(&wrong).unwrap_err();
        let expected = StateError::Wrong {
            path: path.clone(),
            message: message.to_owned(),
        };
        assert_eq!(error, expected);
        assert_eq!(error.to_string(), format!("{path}: {message}"));
    }
    let mut wrong = state.clone();
    wrong["services"]["aws"] = json!({});
    let error = sandbox.load_state(&wrong).unwrap_err().to_string();
    assert_eq!(error, "services.aws: there is no such service");
    assert_eq!(sandbox.state().unwrap(), state);

    // A service that the state does not name is as at the beginning.
    let mut less = state.clone();
    less["services"].as_object_mut().unwrap().remove("hetzner");
    sandbox.load_state(&less).unwrap();
    assert_eq!(api.names("/servers").await, [""; 0]);
}

#[tokio::test]
async fn the_clock_goes_on_from_the_later_of_both_times() {
    let epoch = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
    let at = |seconds| {
        Sandbox::builder()
            .starting_at(epoch + Duration::from_secs(seconds))
            .build()
    };
    let kept = at(0);
    kept.clock().freeze();
    kept.clock().advance(Duration::from_secs(100));
    let state = kept.state().unwrap();
    let (early, late) = (at(50), at(5000));
    for sandbox in [&early, &late] {
        sandbox.load_state(&state).unwrap();
        assert!(sandbox.clock().is_frozen());
    }
    assert_eq!(early.clock().now(), kept.clock().now());
    assert!(late.clock().now() >= epoch + Duration::from_secs(5000));
    assert_eq!(early.clock().elapsed(), kept.clock().elapsed());
}

/// Passwords and tokens are in it.
#[cfg(unix)]
#[test]
fn a_saved_state_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = std::env::temp_dir().join(format!("cloud-sandbox-state-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("state.json");
    let sandbox = Sandbox::new();
    sandbox.save_to(&file).unwrap();
    sandbox.save_to(&file).unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    Sandbox::new().load_from(&file).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
}
