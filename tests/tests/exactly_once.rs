//! Ten thousand creates through everything that can go wrong between a client and a service.

use std::collections::HashMap;

use cloud_sandbox::{Fault, Sandbox};
use cross_crate_tests::hetzner;
use hetzner::Client;

const CREATES: usize = 10_000;

enum Outcome {
    Created,
    MayHaveHappened,
    Refused,
}

async fn create(api: Client, name: String) -> Outcome {
    match api
        .servers()
        .create(name, "cx23", "debian-13")
        .start_after_create(false)
        .await
    {
        Ok(_) => Outcome::Created,
        Err(error) if error.may_have_happened() => Outcome::MayHaveHappened,
        Err(_) => Outcome::Refused,
    }
}

#[tokio::test(start_paused = true)]
async fn never_two_servers_for_one_call_and_none_unaccounted_for() {
    let sandbox = Sandbox::new();
    let api = hetzner(&sandbox).max_in_flight(200).build().unwrap();
    let conflict = Fault::Error {
        status: 409,
        code: "conflict".into(),
        message: "changed meanwhile".into(),
    };
    let faults = [
        Fault::NeverSent,
        Fault::ResetBeforeHandling,
        Fault::ResetAfterHandling,
        Fault::HangBeforeHandling,
        Fault::HangAfterHandling,
        Fault::Truncate,
        Fault::MalformedJson,
        Fault::RateLimited { retry_after: None },
        Fault::Status(503),
        Fault::StatusAfterHandling(500),
        Fault::StatusAfterHandling(504),
        Fault::HtmlBody(502),
        conflict,
    ];
    sandbox.faults().randomly(20_261_120, 0.4, &faults);
    let calls: Vec<_> = (0..CREATES)
        .map(|n| {
            let name = format!("web-{n}");
            (name.clone(), tokio::spawn(create(api.clone(), name)))
        })
        .collect();
    let mut outcomes = HashMap::new();
    for (name, call) in calls {
        outcomes.insert(name, call.await.unwrap());
    }
    sandbox.faults().clear();

    let mut servers: HashMap<String, usize> = HashMap::new();
    for server in api.servers().list().prefetch(8).all().await.unwrap() {
        *servers.entry(server.name).or_default() += 1;
    }
    // Names are unique in a project, which would hide a second server; the journal would not.
    let mut handled: HashMap<String, usize> = HashMap::new();
    for entry in sandbox.journal().entries() {
        if entry.handled && entry.path == "/v1/servers" && entry.method == "POST" {
            let body: serde_json::Value = serde_json::from_slice(&entry.body).unwrap();
            *handled
                .entry(body["name"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
    }
    let (mut created, mut open, mut open_done, mut refused) = (0, 0, 0, 0);
    for (name, outcome) in &outcomes {
        let there = servers.get(name).copied().unwrap_or_default();
        assert!(
            there <= 1 && handled.get(name).copied().unwrap_or_default() <= 1,
            "{name} was handled twice"
        );
        match outcome {
            Outcome::Created => {
                assert_eq!(there, 1, "{name} was answered and is not there");
                created += 1;
            }
            Outcome::MayHaveHappened => {
                open += 1;
                open_done += there;
            }
            Outcome::Refused => {
                assert_eq!(there, 0, "{name} was reported as refused and is there");
                refused += 1;
            }
        }
    }
    assert_eq!(servers.len(), created + open_done);
    assert_eq!(created + open + refused, CREATES);
    assert!(
        created > 6000 && open > 1000 && open_done > 500 && open > open_done,
        "{created} {open} {open_done}"
    );
    println!(
        "{CREATES} creates: {created} answered, {open} 'may have happened' ({open_done} had), {refused} refused; {} servers",
        servers.len()
    );
}
