//! What sends operations, and looks at what comes back.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use cloud_core::ErrorKind;
use cloud_core::test_util::PausedClock;
use ovh::{Client, ListOperation, Operation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::examples::KEY;
use crate::server::Server;
use crate::tolerance;

/// Sends operations to a [`Server`], each once.
#[derive(Debug)]
pub struct Drive {
    client: Client,
    server: Server,
    /// Whether each answer is also taken apart.
    apart: bool,
    /// How many operations were sent.
    pub sent: usize,
    /// How many answers were given that the description does not have, to see whether they are tolerated.
    pub variants: usize,
    /// What the server refused, with its reason.
    pub refused: Vec<String>,
    /// What was not decoded, or was decoded though it makes no sense.
    pub failed: Vec<String>,
    /// Keys of answers that are not there any more when they are encoded again.
    pub lost: Vec<String>,
}

impl Drive {
    /// Against this server; every answer is taken apart if that is wanted.
    ///
    /// # Panics
    ///
    /// If no client can be built.
    pub fn new(server: &Server, apart: bool) -> Self {
        let builder = Client::builder().transport(Arc::new(server.clone()));
        // On paused time, so that nobody waits for the pace.
        let client = builder.clock(PausedClock::new()).access_token("t").build();
        Self::of(client.expect("a client"), server, apart)
    }

    /// By a client whose transport is this server.
    pub fn of(client: Client, server: &Server, apart: bool) -> Self {
        Self {
            client,
            server: server.clone(),
            apart,
            sent: 0,
            variants: 0,
            refused: Vec::new(),
            failed: Vec::new(),
            lost: Vec::new(),
        }
    }

    /// Sends an operation.
    pub async fn send<O>(&mut self, operation: O)
    where
        O: Operation + Clone,
        O::Answer: Serialize,
    {
        let name = format!("{} {}", O::METHOD, O::PATH);
        self.sent += 1;
        let answer = self.client.send(operation.clone()).await;
        match answer {
            Err(error) if error.kind() == ErrorKind::Decode => {
                self.failed.push(format!("{name}: {error}"));
            }
            Err(error) => self.refused.push(format!("{name}: {error}")),
            Ok(answer) => {
                let body = self.server.last();
                let encoded = serde_json::to_value(answer).unwrap_or_default();
                let (mut came, mut kept) = (BTreeSet::new(), BTreeSet::new());
                keys(&body, "", &mut came);
                keys(&encoded, "", &mut kept);
                self.lost
                    .extend(came.difference(&kept).map(|key| format!("{name}: {key}")));
                if self.apart {
                    self.vary(&name, &body, &operation).await;
                }
            }
        }
    }

    /// Reads the list of an operation, whose objects may be read by their ids.
    pub async fn list<O: ListOperation>(&mut self, operation: O) {
        let name = format!("list of {}", O::PATH);
        match self.client.list(operation).all().await {
            Ok(items) if items.is_empty() => self.failed.push(format!("{name}: is empty")),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Decode => {
                self.failed.push(format!("{name}: {error}"));
            }
            Err(error) => self.refused.push(format!("{name}: {error}")),
        }
    }

    /// Sends it again and again, and lets it be answered by what the service may answer one day.
    async fn vary<O>(&mut self, name: &str, body: &Value, operation: &O)
    where
        O: Operation + Clone,
    {
        for variant in tolerance::variants(body, false) {
            // What is new in a map is like what is there.
            if is_new_in_a_map(&variant.body) {
                continue;
            }
            self.variants += 1;
            self.server.instead(Some(variant.body));
            let answer = self.client.send(operation.clone()).await;
            match (variant.is_wrong, answer) {
                (false, Err(error)) => self
                    .failed
                    .push(format!("{name} with {}: {error}", variant.what)),
                (true, Ok(_)) => self
                    .failed
                    .push(format!("{name} with {}: passes", variant.what)),
                _ => {}
            }
        }
        self.server.instead(None);
    }

    /// Says what was seen.
    ///
    /// # Errors
    ///
    /// With everything that went wrong.
    pub fn outcome(&self) -> Result<String, String> {
        let wrong: Vec<&String> = self
            .refused
            .iter()
            .chain(&self.failed)
            .chain(&self.lost)
            .collect();
        let figures = format!(
            "{} operations, {} refused, {} not decoded, {} keys lost, {} variants of answers",
            self.sent,
            self.refused.len(),
            self.failed.len(),
            self.lost.len(),
            self.variants
        );
        if wrong.is_empty() {
            Ok(figures)
        } else {
            Err(wrong
                .iter()
                .fold(figures, |text, line| text + "\n  " + line))
        }
    }
}

/// The value that this JSON is; for arguments of generated operations.
///
/// # Panics
///
/// If it is none.
pub fn given<T: DeserializeOwned>(json: &str) -> T {
    match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => panic!("{json}: {error}"),
    }
}

/// Runs a drive on paused time.
///
/// # Panics
///
/// If there is no runtime.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(future)
}

fn is_new_in_a_map(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            (object.contains_key(KEY) && object.contains_key("something_new"))
                || object.values().any(is_new_in_a_map)
        }
        Value::Array(items) => items.iter().any(is_new_in_a_map),
        _ => false,
    }
}

/// Every path of keys; items of lists are not told apart.
fn keys(value: &Value, here: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let path = format!("{here}.{key}");
                keys(value, &path, all);
                all.insert(path);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, here, all)),
        _ => {}
    }
}
