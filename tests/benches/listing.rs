//! Listing 5,000 servers from a service that takes 20 ms for a page, page after page and side by side:
//! `cargo bench -p cross-crate-tests --bench listing`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::transport::{Transport, TransportError};
use cloud_sandbox::Sandbox;
use cross_crate_tests::figures;
use hetzner::{Client, Server, Sort};
use http::{HeaderValue, Request, Response};

const SERVERS: usize = 5_000;
const LATENCY: Duration = Duration::from_millis(20);
const PREFETCH: usize = 8;

/// A service as far away as a real one. Its pages were written by the sandbox beforehand: what is measured is reading.
#[derive(Debug)]
struct Far(Vec<Bytes>);

#[async_trait]
impl Transport for Far {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        tokio::time::sleep(LATENCY).await;
        let query = request.uri().query().unwrap_or_default();
        let page: Option<usize> = query
            .split('&')
            .find_map(|part| part.strip_prefix("page=")?.parse().ok());
        let mut response = Response::new(ResponseBody::from(self.0[page.unwrap_or(1) - 1].clone()));
        let headers = response.headers_mut();
        headers.insert("ratelimit-limit", HeaderValue::from_static("3600"));
        headers.insert("ratelimit-remaining", HeaderValue::from_static("3000"));
        Ok(response)
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let sandbox = Sandbox::builder().action_duration(Duration::ZERO).build();
        let near = Client::builder()
            .token("t")
            .transport(sandbox.hetzner())
            .build()
            .expect("a client");
        for n in 0..SERVERS {
            let create = near
                .servers()
                .create(format!("web-{n:04}"), "cx23", "debian-13")
                .start_after_create(false);
            create.await.expect("a server");
        }
        let mut pages = Vec::new();
        for page in 1..=SERVERS / 50 {
            let list = near
                .servers()
                .list()
                .sort(Sort::NAME)
                .from_page(page.to_string().into());
            pages.push(list.page().send_raw().await.expect("a page").body);
        }
        let far = Client::builder()
            .token("t")
            .transport(Arc::new(Far(pages)))
            .build()
            .expect("a client");
        let (mut one_by_one, mut side_by_side) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            one_by_one.push(timed(&far, 1).await);
            side_by_side.push(timed(&far, PREFETCH).await);
        }
        let (one_by_one, side_by_side) = (median(one_by_one), median(side_by_side));
        let ratio = side_by_side.as_secs_f64() / one_by_one.as_secs_f64();
        let prefetch = format!("prefetch({PREFETCH})");
        for (row, time) in [
            ("page after page", one_by_one),
            (prefetch.as_str(), side_by_side),
        ] {
            figures::tell("listing", row, "ours", time.as_secs_f64() * 1e3);
        }
        println!("{SERVERS} servers, 50 a page, {LATENCY:?} a page, in order:");
        println!("page after page      {one_by_one:>9.1?}");
        println!("prefetch({PREFETCH})          {side_by_side:>9.1?}   {ratio:.3} of it");
    });
}

async fn timed(api: &Client, prefetch: usize) -> Duration {
    let begun = Instant::now();
    let servers = api
        .servers()
        .list()
        .sort(Sort::NAME)
        .prefetch(prefetch)
        .all()
        .await
        .expect("a list");
    let elapsed = begun.elapsed();
    assert!(servers.len() == SERVERS && in_order(&servers));
    elapsed
}

fn in_order(servers: &[Server]) -> bool {
    servers.is_sorted_by(|a, b| a.name < b.name)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
