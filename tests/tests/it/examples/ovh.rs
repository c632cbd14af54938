use std::fs;

use cloud_sandbox::ovh::{ACCOUNT, APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
use ovh::serde_json::{Value, from_str};
use ovh::{Client, ExposeSecret};

use super::Stage;

fn client(stage: &Stage) -> Client {
    let builder = Client::builder()
        .endpoint(stage.server.ovh_url())
        .application(APPLICATION_KEY, APPLICATION_SECRET)
        .consumer_key(CONSUMER_KEY);
    builder.build().unwrap()
}

#[tokio::test]
async fn whoami_greets_with_keys_from_the_environment_or_a_file() {
    let stage = Stage::new().await;
    let said = stage.prints("whoami", &[]).await;
    assert!(
        said.starts_with("Welcome, ") && said.contains(ACCOUNT),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    let untidy = format!(" {CONSUMER_KEY} ");
    let untidy = [("OVH_CONSUMER_KEY", untidy.as_str())];
    let ended = stage.run("whoami", &[], &untidy).await;
    assert!(
        ended.out.contains("\nnote: OVH_CONSUMER_KEY"),
        "{}",
        ended.out
    );

    // The same from a file, and nothing in the environment.
    let (url, file) = (stage.server.ovh_url(), stage.file("mine.conf"));
    let keys = format!(
        "application_key={APPLICATION_KEY}\napplication_secret={APPLICATION_SECRET}\nconsumer_key={CONSUMER_KEY}\n"
    );
    fs::write(&file, format!("[default]\nendpoint={url}\n[{url}]\n{keys}")).unwrap();
    let unset = [
        ("OVH_ENDPOINT", ""),
        ("OVH_APPLICATION_KEY", ""),
        ("OVH_APPLICATION_SECRET", ""),
        ("OVH_CONSUMER_KEY", ""),
    ];
    let ended = stage.run("whoami", &["--config", &file], &unset).await;
    assert!(ended.success, "{}", ended.err);
    assert_eq!(ended.out, said);

    let message = stage.fails("whoami", &[], &unset).await;
    assert!(message.contains("OVH_APPLICATION_KEY"), "{message}");
    let wrong = [("OVH_CONSUMER_KEY", "another-key")];
    let message = stage.fails("whoami", &[], &wrong).await;
    assert!(
        message.contains("403") || message.contains("401"),
        "{message}"
    );
    assert!(message.contains("OVH_CONSUMER_KEY"), "{message}");
    assert!(!message.contains("another-key"), "{message}");
}

#[tokio::test]
async fn examples_say_what_they_want() {
    let stage = Stage::new().await;
    let all = [
        "any_call",
        "billing_export",
        "consumer_key",
        "kvm",
        "mail_redirection",
        "ovh_dynamic_dns",
        "whoami",
    ];
    stage.says_its_usage(&all).await;
    let message = stage.fails("network_burst", &[], &[]).await;
    assert!(
        message.contains("usage: network_burst DATACENTER"),
        "{message}"
    );
}

#[tokio::test]
async fn a_consumer_key_is_asked_for_and_works() {
    let stage = Stage::new().await;
    let console = stage.server.sandbox().ovh_console();
    console.validate_at_once(true);
    let unset = [("OVH_CONSUMER_KEY", "")];
    for (args, rules) in [
        (&[][..], "    GET /me\n"),
        (
            &["--full"],
            "    GET /*\n    POST /*\n    PUT /*\n    DELETE /*\n",
        ),
    ] {
        let ended = stage.run("consumer_key", args, &unset).await;
        assert!(ended.success, "{}", ended.err);
        assert!(
            ended.out.contains(&format!("Welcome, {ACCOUNT}\n{rules}")),
            "{}",
            ended.out
        );
        let key = ended
            .out
            .lines()
            .find_map(|line| line.strip_prefix("OVH_CONSUMER_KEY="));
        let with_key = [("OVH_CONSUMER_KEY", key.unwrap())];
        assert!(stage.run("whoami", &[], &with_key).await.success);
    }
}

#[tokio::test]
async fn mail_is_redirected_once() {
    let stage = Stage::new().await;
    let args = ["example.com", "sales@example.com", "contact@example.com"];
    let said = stage.prints("mail_redirection", &args).await;
    assert!(said.starts_with("task "), "{said}");
    let expected = "sales@example.com goes to contact@example.com";
    assert_eq!(said.lines().last(), Some(expected));

    let said = stage.prints("mail_redirection", &args).await;
    assert_eq!(
        said,
        "sales@example.com goes to contact@example.com already\n"
    );
    let create = "POST /1.0/email/domain/example.com/redirection";
    assert_eq!(stage.count(create), 1);
    let api = client(&stage);
    let list = api.email_domains().redirections("example.com").list();
    let there = list.from("sales@example.com").all().await.unwrap();
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].to, "contact@example.com");
}

#[tokio::test]
async fn bills_are_printed_without_the_way_to_open_them() {
    let stage = Stage::new().await;
    let api = client(&stage);
    let bills = api.me().bills().list().all().await.unwrap();
    let said = stage.prints("bills", &[]).await;
    assert_eq!(said.lines().count(), 25, "{said}");
    assert_eq!(said.lines().last(), Some("24 bills"));
    for bill in &bills {
        assert!(said.contains(&bill.bill_id) && said.contains(&bill.price_with_tax.text));
        assert!(!said.contains(bill.password.expose()), "{said}");
    }
    assert!(!said.contains("https://"), "{said}");
    assert_eq!(stage.prints("bills", &["2999-01-01"]).await, "0 bills\n");
}

#[tokio::test]
async fn bills_become_a_table_whose_sums_are_those_of_the_service() {
    let stage = Stage::new().await;
    let api = client(&stage);
    let bills = api.me().bills().list().all().await.unwrap();
    let ended = stage
        .run("billing_export", &["2000-01-01", "2999-01-01"], &[])
        .await;
    assert!(ended.success, "{}", ended.err);
    assert_eq!(ended.err, "24 bills\n");
    let mut lines = ended.out.lines();
    let head = "bill,date,order,category,without_tax,tax,with_tax,currency";
    assert_eq!(lines.next(), Some(head));
    let expected: Vec<String> = bills
        .iter()
        .map(|bill| {
            let [without, tax, with] = [&bill.price_without_tax, &bill.tax, &bill.price_with_tax]
                .map(|price| price.value.as_str());
            let (id, date, order) = (&bill.bill_id, bill.date, bill.order_id);
            let (kind, currency) = (&bill.category, &bill.tax.currency_code);
            format!("{id},{date},{order},{kind},{without},{tax},{with},{currency}")
        })
        .collect();
    assert_eq!(lines.collect::<Vec<_>>(), expected);

    let args = ["2000-01-01", "2999-01-01", "--lines"];
    let said = stage.prints("billing_export", &args).await;
    let mut details = 0;
    for bill in &bills {
        details += api
            .me()
            .bills()
            .details(&bill.bill_id)
            .all()
            .await
            .unwrap()
            .len();
    }
    assert_eq!(said.lines().count(), 1 + details, "{said}");
    let columns = "bill,date,service,description,quantity,price,currency";
    assert_eq!(said.lines().next(), Some(columns));

    let none = stage
        .prints("billing_export", &["2999-01-01", "2999-02-01"])
        .await;
    assert_eq!(none, format!("{head}\n"));
}

#[tokio::test]
async fn servers_of_one_data_centre_may_send_more() {
    let stage = Stage::new().await;
    let said = stage.prints("network_burst", &["gra3"]).await;
    assert_eq!(said, "ns1000001.ip-192-0-2.eu: active now\n");
    let put = "PUT /1.0/dedicated/server/ns1000001.ip-192-0-2.eu/burst";
    assert_eq!(stage.count(put), 1);
    let servers = client(&stage);
    let servers = servers.dedicated_servers();
    let burst = servers.burst("ns1000001.ip-192-0-2.eu").await.unwrap();
    assert_eq!(burst.status.as_str(), "active");

    let said = stage.prints("network_burst", &["gra3"]).await;
    assert_eq!(said, "ns1000001.ip-192-0-2.eu: active already\n");
    // Those of another place are as they are, and stay so.
    let said = stage.prints("network_burst", &["sbg1"]).await;
    let expected = "ns1000002.ip-192-0-2.eu: active already\n\
                    ns1000003.ip-192-0-2.eu: inactiveLocked already\n";
    assert_eq!(said, expected);
    assert_eq!(stage.changes(), 1);
    assert_eq!(stage.prints("network_burst", &["moon1"]).await, "");
}

#[tokio::test]
async fn keys_are_in_a_table() {
    let stage = Stage::new().await;
    let said = stage.prints("credentials", &[]).await;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].trim_start().starts_with("key "), "{said}");
    let api = client(&stage);
    let keys = api.me().credentials().list().all().await.unwrap();
    let row = lines[1].trim_start();
    assert!(
        row.starts_with(&format!("{} validated ", keys[0].credential_id)),
        "{said}"
    );
}

#[tokio::test]
async fn a_screen_is_opened_and_only_its_owner_can_read_the_file() {
    let stage = Stage::new().await;
    let (server, file) = ("ns1000001.ip-192-0-2.eu", stage.file("screen.jnlp"));
    let said = stage.prints("kvm", &[server, "198.51.100.7", &file]).await;
    assert!(
        said.starts_with(&format!("run `javaws {file}` until 20")),
        "{said}"
    );
    assert!(fs::read_to_string(&file).unwrap().contains("jnlp"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let message = stage.fails("kvm", &[server, "nowhere", &file], &[]).await;
    assert_eq!(message, "Error: \"nowhere is no IPv4 address\"\n");
    // Who else may have made the file that is there?
    let message = stage
        .fails("kvm", &[server, "198.51.100.7", &file], &[])
        .await;
    assert!(message.contains("screen.jnlp"), "{message}");
}

#[tokio::test]
async fn any_operation_is_called_by_its_path() {
    let stage = Stage::new().await;
    let said = stage.prints("any_call", &["GET", "/me"]).await;
    let me: Value = from_str(&said).unwrap();
    assert_eq!(me["nichandle"], ACCOUNT);

    let args = ["get", "/me/bill", "date.from=2999-01-01"];
    assert_eq!(stage.prints("any_call", &args).await, "[]\n");

    let path = "/email/domain/example.com/redirection";
    let values = ["from=a@example.com", "to=b@example.com", "localCopy=false"];
    let said = stage
        .prints("any_call", &[&["POST", path][..], &values].concat())
        .await;
    assert_eq!(from_str::<Value>(&said).unwrap()["action"], "add");
    let entries = stage.server.sandbox().journal().entries();
    let sent = &entries.last().unwrap().body;
    let sent: Value = ovh::serde_json::from_slice(sent).unwrap();
    let expected = r#"{"from":"a@example.com","to":"b@example.com","localCopy":false}"#;
    assert_eq!(sent, from_str::<Value>(expected).unwrap());

    // Without any credential.
    let unset = [
        ("OVH_APPLICATION_KEY", ""),
        ("OVH_APPLICATION_SECRET", ""),
        ("OVH_CONSUMER_KEY", ""),
    ];
    let args = ["--anonymous", "--headers", "GET", "/auth/time"];
    let ended = stage.run("any_call", &args, &unset).await;
    assert!(ended.success, "{}", ended.err);
    assert!(ended.out.starts_with("200 OK\n"), "{}", ended.out);
    assert!(
        ended.out.contains("\ncontent-type: application/json"),
        "{}",
        ended.out
    );
    let last = ended.out.lines().last().unwrap();
    assert!(last.parse::<i64>().unwrap() > 1_700_000_000);
}

#[tokio::test]
async fn a_refusal_of_any_operation_names_the_missing_rule() {
    let stage = Stage::new().await;
    stage.server.sandbox().ovh_console().validate_at_once(true);
    let application = Client::builder()
        .endpoint(stage.server.ovh_url())
        .application(APPLICATION_KEY, APPLICATION_SECRET)
        .build()
        .unwrap();
    let rules = application.consumer_key().read_only("/me");
    let pending = rules.read_only("/auth/currentCredential").await.unwrap();
    let key = pending.consumer_key.expose_secret();
    let limited = [("OVH_CONSUMER_KEY", key)];
    let message = stage
        .fails("any_call", &["GET", "/me/bill"], &limited)
        .await;
    assert!(message.contains("GET /me/bill was refused"), "{message}");
    assert!(!message.contains(key), "{message}");
}

#[tokio::test]
async fn a_name_follows_an_address() {
    let stage = Stage::new().await;
    let api = client(&stage);
    let records = api.zone("example.com").records();
    let targets = async |kind: &str| {
        let list = records.list().sub_domain("home").field_type(kind);
        let found = list.all().await.unwrap();
        found
            .into_iter()
            .map(|record| record.target)
            .collect::<Vec<_>>()
    };
    let args = ["example.com", "home", "203.0.113.7", "2001:db8::7"];
    let dry = [&args[..], &["--dry-run"]].concat();
    let before = stage.changes();
    let said = stage.prints("ovh_dynamic_dns", &dry).await;
    assert_eq!(
        said,
        "+ home 60 A 203.0.113.7\n+ home 60 AAAA 2001:db8::7\n"
    );
    assert_eq!(stage.changes(), before);

    let said = stage.prints("ovh_dynamic_dns", &args).await;
    assert!(said.ends_with("home of example.com is changed\n"), "{said}");
    assert_eq!(targets("A").await, ["203.0.113.7"]);
    assert_eq!(targets("AAAA").await, ["2001:db8::7"]);
    // The name servers are told, once.
    assert_eq!(stage.count("POST /1.0/domain/zone/example.com/refresh"), 1);

    let before = stage.changes();
    let said = stage.prints("ovh_dynamic_dns", &args).await;
    assert_eq!(said, "home of example.com is up to date\n");
    assert_eq!(stage.changes(), before);

    stage
        .prints("ovh_dynamic_dns", &["example.com", "home", "203.0.113.8"])
        .await;
    assert_eq!(targets("A").await, ["203.0.113.8"]);
    assert_eq!(targets("AAAA").await, ["2001:db8::7"]);
}
