//! The metadata service of servers: plain text, no token, one view for each server.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::Value;

use crate::answer::{ASKED_TO_FAIL, Answer, Call, Service};

use super::Hetzner;
use super::project::{Named as _, Project};
use super::servers::Server;

pub(crate) struct HetznerMetadata {
    hetzner: Arc<Hetzner>,
    /// Whose view it is; `None` where the path begins with the id of the server.
    server: Option<i64>,
}

impl HetznerMetadata {
    pub(crate) fn of(hetzner: Arc<Hetzner>, server: i64) -> Self {
        Self {
            hetzner,
            server: Some(server),
        }
    }

    #[cfg(feature = "serve")]
    pub(crate) fn mounted(hetzner: Arc<Hetzner>) -> Self {
        Self {
            hetzner,
            server: None,
        }
    }

    /// The server that asks, and what it asks for.
    fn asked<'p>(&self, path: &'p str) -> Option<(i64, &'p str)> {
        let (server, path) = if let Some(server) = self.server {
            (server, path)
        } else {
            let (server, _) = path.strip_prefix('/')?.split_once('/')?;
            (server.parse().ok()?, &path[server.len() + 1..])
        };
        Some((server, path.strip_prefix("/hetzner/v1/")?))
    }
}

impl Service for HetznerMetadata {
    fn name(&self) -> &'static str {
        "hetzner-metadata"
    }

    #[cfg(feature = "serve")]
    fn endpoint(&self) -> &'static str {
        "/{server}/hetzner/v1"
    }

    fn handle(&self, call: &Call<'_>) -> Answer {
        if call.method != Method::GET {
            return plain(405, "method not allowed\n");
        }
        // A server that is gone cannot ask.
        let found = self.asked(call.path).and_then(|(server, what)| {
            self.hetzner
                .with_server(server, |server, project| tell(what, server, project))
                .flatten()
        });
        found.map_or_else(|| plain(404, "not found\n"), |text| plain(200, text))
    }

    fn error(&self, status: u16, _: Option<&str>, message: Option<&str>) -> Answer {
        plain(status, format!("{}\n", message.unwrap_or(ASKED_TO_FAIL)))
    }

    fn rate_limited(&self, retry_after: Option<Duration>) -> Answer {
        plain(429, "too many requests\n").retry_after(retry_after)
    }

    /// It has nothing of its own.
    fn reset(&self) {}

    fn save(&self) -> Value {
        Value::Null
    }

    fn load(&self, _: &Value) -> Result<Box<dyn FnOnce() + '_>, (String, String)> {
        Ok(Box::new(|| {}))
    }

    #[cfg(feature = "serve")]
    fn holdings(&self) -> Vec<(String, usize)> {
        Vec::new()
    }
}

fn plain(status: u16, text: impl Into<bytes::Bytes>) -> Answer {
    Answer::new(status, Some("text/plain; charset=utf-8"), text)
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn tell(what: &str, server: &Server, project: &Project) -> Option<String> {
    let shown = server.render(project);
    // The metadata service still names a datacenter, though the API itself has none any more.
    let zone = || format!("{}-dc1", text(&shown, "/location/name"));
    Some(match what {
        "userdata" => server.user_data.clone(),
        "metadata/hostname" => text(&shown, "/name").to_owned(),
        "metadata/instance-id" => shown["id"].to_string(),
        "metadata/public-ipv4" => text(&shown, "/public_net/ipv4/ip").to_owned(),
        "metadata/availability-zone" => zone(),
        "metadata/region" => text(&shown, "/location/network_zone").to_owned(),
        "metadata/private-networks" => private_networks(&shown, project),
        "metadata" => {
            let mut map = String::new();
            for name in [
                "availability-zone",
                "hostname",
                "instance-id",
                "public-ipv4",
                "region",
            ] {
                let value = tell(&format!("metadata/{name}"), server, project)?;
                // Writing into a string cannot fail.
                let _ = writeln!(map, "{name}: {value}");
            }
            map
        }
        _ => return None,
    })
}

fn private_networks(shown: &Value, project: &Project) -> String {
    let mut list = String::new();
    for (index, private) in shown["private_net"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let id = private["network"].as_i64().unwrap_or_default();
        let Some(network) = project.networks.get(id) else {
            continue;
        };
        let ip = text(private, "/ip").parse().ok();
        let subnet = ip.map(|ip| network.subnet_of(ip)).unwrap_or_default();
        let aliases = private["alias_ips"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let _ = writeln!(
            list,
            "- ip: {}\n  alias_ips: [{}]\n  interface_num: {}\n  mac_address: {}\n  network_id: {id}\n  \
             network_name: {}\n  network: {}\n  subnet: {subnet}\n  gateway: {}",
            text(private, "/ip"),
            aliases.collect::<Vec<_>>().join(", "),
            // The first interface is the public one.
            index + 1,
            text(private, "/mac_address"),
            network.name(),
            network.range,
            network.range.gateway(),
        );
    }
    list
}
