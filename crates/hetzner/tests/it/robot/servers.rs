//! Servers, resets, Wake on LAN, keys.

use cloud_core::test_util::Scripted;
use hetzner::robot::{
    Choice, Fingerprint, OperatingStatus, ResetType, Server, ServerCancellation, ServerNumber,
    ServerStatus,
};
use serde_json::{Value, json};

use super::{once, refusal, scripted, sent, unsent};

fn server(number: i64, name: &str) -> Value {
    json!({
        "server_ip": "123.123.123.123", "server_ipv6_net": "2a01:4f8:111:4221::", "server_number": number,
        "server_name": name, "product": "EX40", "dc": "FSN1-DC5", "traffic": "unlimited", "status": "ready",
        "cancelled": false, "paid_until": "2026-12-31", "ip": ["123.123.123.123"],
        "subnet": [{"ip": "2a01:4f8:111:4221::", "mask": "64"}],
    })
}

#[tokio::test(start_paused = true)]
async fn servers_are_listed_shown_and_named() {
    let all = json!([{"server": server(321, "web")}, {"server": server(421, "db")}]);
    let (line, found) = once(200, all, |api| api.servers().list().all()).await;
    let found: Vec<Server> = found.unwrap();
    assert_eq!(line, "GET /server");
    assert_eq!(found.len(), 2);
    assert_eq!(
        (&*found[1].server_name, found[1].server_number, found[1].wol),
        ("db", ServerNumber(421), None)
    );
    assert_eq!(found[0].subnet[0].mask, "64");

    let mut full = server(321, "web");
    full["reset"] = json!(true);
    full["hot_swap"] = json!(false);
    full["linked_storagebox"] = json!(12345);
    let (line, one) = once(200, json!({"server": full}), |api| api.servers().get(321)).await;
    let one = one.unwrap();
    assert_eq!(line, "GET /server/321");
    assert_eq!(one.status, ServerStatus::Ready);
    assert_eq!(
        (one.reset, one.hot_swap, one.linked_storagebox),
        (Some(true), Some(false), Some(12345))
    );

    let (line, named) = once(200, json!({"server": server(321, "a b&c")}), |api| {
        api.servers().rename(321, "a b&c")
    })
    .await;
    assert_eq!(line, "POST /server/321 server_name=a%20b%26c");
    assert_eq!(named.unwrap().server_name, "a b&c");
}

#[tokio::test(start_paused = true)]
async fn a_server_is_found_by_number_name_and_address() {
    let all = json!([{"server": server(321, "web")}]).to_string();
    for name in ["web", "321", "123.123.123.123", "2a01:4f8:111:4221::2"] {
        let (line, found) = once(200, &all, |api| api.servers().find(name)).await;
        assert_eq!(line, "GET /server");
        let found = found.unwrap().map(|server| server.server_number);
        assert_eq!(found, Some(ServerNumber(321)), "{name}");
    }
    let (_, none) = once(200, all, |api| api.servers().find("db")).await;
    assert_eq!(none.unwrap(), None);
    let (line, none) = once(404, refusal(404, "SERVER_NOT_FOUND"), |api| {
        api.servers().find(ServerNumber(7))
    })
    .await;
    assert_eq!((line.as_str(), none.unwrap()), ("GET /server/7", None));

    let (api, wire) = scripted([]);
    let text = unsent(&wire, api.servers().find("").await);
    assert_eq!(text, "server: must not be empty");
}

#[tokio::test(start_paused = true)]
async fn a_server_is_cancelled_and_kept() {
    let open = json!({"cancellation": {
        "server_ip": "123.123.123.123", "server_number": 321, "server_name": "web",
        "earliest_cancellation_date": "2026-12-01", "cancelled": false, "reservation_possible": true,
        "reserved": false, "cancellation_date": null, "cancellation_reason": ["Upgrade to a new server", "Other"],
    }});
    let (line, there) = once(200, &open, |api| api.servers().cancellation(321)).await;
    let there: ServerCancellation = there.unwrap();
    assert_eq!(line, "GET /server/321/cancellation");
    assert_eq!(there.cancellation_reason.available()[1], "Other");
    assert_eq!(there.cancellation_reason.chosen(), None);

    let mut cancelled = open.clone();
    cancelled["cancellation"]["cancelled"] = json!(true);
    cancelled["cancellation"]["cancellation_date"] = json!("2026-12-31");
    cancelled["cancellation"]["cancellation_reason"] = json!("Other");
    let (line, done) = once(200, cancelled, |api| {
        api.servers()
            .cancel(321, "2026-12-31")
            .cancellation_reason("Other")
            .reserve_location(true)
    })
    .await;
    let done = done.unwrap();
    assert_eq!(
        line,
        "POST /server/321/cancellation cancellation_date=2026-12-31&cancellation_reason=Other&reserve_location=true"
    );
    assert_eq!(done.cancellation_reason, Choice::Chosen("Other".into()));
    assert_eq!(done.cancellation_date.as_deref(), Some("2026-12-31"));

    let (line, done) = once(200, "", |api| api.servers().withdraw_cancellation(321)).await;
    assert_eq!(line, "DELETE /server/321/cancellation");
    done.unwrap();

    let (api, wire) = scripted([]);
    let text = unsent(&wire, api.servers().cancel(321, "31.12.2026").await);
    assert_eq!(
        text,
        "cancellation_date: must be `now` or a date such as 2026-12-31"
    );
}

#[tokio::test(start_paused = true)]
async fn servers_are_reset() {
    let all = json!([{"reset": {"server_number": 321, "type": ["sw", "hw", "man", "power", "power_long", "new"]}}]);
    let (line, found) = once(200, all, |api| api.resets().list().all()).await;
    assert_eq!(line, "GET /reset");
    let types = &found.unwrap()[0].types;
    assert_eq!(types[..5], ResetType::KNOWN[..]);
    assert_eq!(types[5].as_str(), "new");

    let one =
        json!({"reset": {"server_number": 321, "type": ["hw"], "operating_status": "shut off"}});
    let (line, one) = once(200, one, |api| api.resets().get(321)).await;
    assert_eq!(line, "GET /reset/321");
    assert_eq!(
        one.unwrap().operating_status,
        Some(OperatingStatus::ShutOff)
    );

    let done = json!({"reset": {"server_ip": "123.123.123.123", "type": "hw"}});
    let (line, done) = once(200, done, |api| {
        api.resets().execute(321, ResetType::Hardware)
    })
    .await;
    assert_eq!(line, "POST /reset/321 type=hw");
    let done = done.unwrap();
    assert_eq!(
        (done.server_number, &done.kind),
        (None, &ResetType::Hardware)
    );
}

#[tokio::test(start_paused = true)]
async fn a_reset_is_followed_as_far_as_the_board_tells() {
    let done = |kind: &str| Scripted::json(200, json!({"reset": {"type": kind}}).to_string());
    let status = |word: &str| {
        let reset = json!({"server_number": 321, "type": ["hw"], "operating_status": word});
        Scripted::json(200, json!({"reset": reset}).to_string())
    };
    for (kind, words) in [
        ("hw", &["shut off", "running"][..]),
        ("power_long", &["running", "running", "shut off"]),
        ("hw", &["not supported"]),
        ("man", &["running"]),
        ("power", &["shut off"]),
    ] {
        let (api, wire) = scripted(
            [done(kind)]
                .into_iter()
                .chain(words.iter().map(|word| status(word))),
        );
        let reset = api
            .resets()
            .execute(321, kind)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        let last = reset.operating_status.unwrap();
        assert_eq!(last.as_str(), *words.last().unwrap(), "{kind}");
        let mut lines = vec![format!("POST /reset/321 type={kind}")];
        lines.extend(words.iter().map(|_| "GET /reset/321".to_owned()));
        assert_eq!(sent(&wire), lines);
    }
}

#[tokio::test(start_paused = true)]
async fn servers_are_woken() {
    let wol = json!({"wol": {"server_ip": "123.123.123.123", "server_ipv6_net": null, "server_number": 321}});
    let (line, one) = once(200, &wol, |api| api.wake_on_lan().get(321)).await;
    assert_eq!(line, "GET /wol/321");
    assert_eq!(one.unwrap().server_number, ServerNumber(321));
    let (line, _) = once(200, wol, |api| api.wake_on_lan().wake(321)).await;
    assert_eq!(line, "POST /wol/321");
    let (_, none) = once(404, refusal(404, "WOL_NOT_AVAILABLE"), |api| {
        api.wake_on_lan().get(321).optional()
    })
    .await;
    assert_eq!(none.unwrap(), None);
}

const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dHRlcmZseWJ1dHRlcmZseWJ1dHRlcmZseWJ1dHQx";
/// What `ssh-keygen -l -E md5` says of it.
const PRINT: &str = "1d:9b:0a:f6:84:60:70:1d:a0:0f:0c:37:a7:3b:1d:cc";

fn key(name: &str) -> Value {
    json!({"key": {
        "name": name, "fingerprint": PRINT, "type": "ED25519", "size": 256, "created_at": "2021-12-31 23:59:59",
        "data": format!("ssh-ed25519 {KEY} one@host"),
    }})
}

#[tokio::test(start_paused = true)]
async fn keys_are_kept() {
    let path = PRINT.replace(':', "%3A");
    let (line, all) = once(200, json!([key("one")]), |api| api.ssh_keys().list().all()).await;
    assert_eq!(line, "GET /key");
    let all = all.unwrap();
    assert_eq!(Fingerprint::from(&all[0]).as_str(), PRINT);
    assert_eq!(
        all[0].created_at.in_berlin().unwrap().to_string(),
        "2021-12-31T22:59:59Z"
    );

    let (line, one) = once(201, key("one"), |api| {
        api.ssh_keys().create("one", "ssh-ed25519 AAAA+/= x")
    })
    .await;
    assert_eq!(
        line,
        "POST /key name=one&data=ssh-ed25519%20AAAA%2B%2F%3D%20x"
    );
    assert_eq!(one.unwrap().size, 256);
    let (line, one) = once(200, key("one"), |api| api.ssh_keys().get(PRINT)).await;
    assert_eq!(
        (line, one.unwrap().name),
        (format!("GET /key/{path}"), "one".into())
    );
    let (line, two) = once(200, key("two"), |api| api.ssh_keys().rename(PRINT, "two")).await;
    assert_eq!(line, format!("POST /key/{path} name=two"));
    assert_eq!(two.unwrap().name, "two");
    let (line, gone) = once(200, "", |api| api.ssh_keys().delete(PRINT)).await;
    gone.unwrap();
    assert_eq!(line, format!("DELETE /key/{path}"));

    let (api, wire) = scripted([]);
    let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2";
    let text = unsent(&wire, api.ssh_keys().create("x", private).await);
    assert_eq!(
        text,
        "data: is a private key, which must not leave its owner"
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_is_stored_only_when_it_is_not_there() {
    let list = || Scripted::json(200, json!([key("old")]).to_string());
    let (first, rest) = KEY.split_at(40);
    let ssh2 = format!(
        "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"of \\\nanother: host\"\n{first}\n{rest}\n---- END SSH2 PUBLIC KEY ----\n"
    );
    // Neither the comment nor the form is the key.
    for data in [&format!("ssh-ed25519  {KEY} another@comment\n"), &ssh2] {
        let (api, wire) = scripted([list()]);
        let there = api.ssh_keys().install("new", data).await.unwrap();
        assert_eq!(there.name, "old");
        assert_eq!(sent(&wire), ["GET /key"]);
    }

    let (api, wire) = scripted([
        Scripted::json(404, refusal(404, "NOT_FOUND")),
        Scripted::json(409, refusal(409, "KEY_ALREADY_EXISTS")),
        list(),
    ]);
    let data = format!("ssh-ed25519 {KEY}");
    let there = api.ssh_keys().install("new", data).await.unwrap();
    assert_eq!(there.name, "old");
    let stored = format!("POST /key name=new&data=ssh-ed25519%20{KEY}");
    assert_eq!(sent(&wire), ["GET /key", &stored, "GET /key"]);

    let another = KEY.replace("GJ1dHRlcmZseWJ", "AEBAQEBAQEBAQE");
    for other in [format!("ssh-ed25519 {another}"), "no key".to_owned()] {
        let (api, wire) = scripted([list(), Scripted::json(201, key("new").to_string())]);
        let stored = api.ssh_keys().install("new", other).await.unwrap();
        assert_eq!((&*stored.name, wire.seen().len()), ("new", 2));
    }
}
