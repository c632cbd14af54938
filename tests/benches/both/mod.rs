//! The same calls by our client, and by bare reqwest with serde_json into plain structs.

use std::error::Error;
use std::fmt;
use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use cloud_sandbox::Sandbox;
use hetzner::{Client, ClientBuilder};

mod plain;

pub const TOKEN: &str = "jEheVytlAoFl7F8MqUQ7jAo2hOXASztXjEheVytlAoFl7F8MqUQ7jAo2hOXASztX";
pub const ID: i64 = 1;

pub type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    Get,
    List,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Get => "GET one server",
            Self::List => "list of 50 servers",
        })
    }
}

#[derive(Clone)]
pub struct Ours(Client);

impl Ours {
    pub fn new(url: &str, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        let builder = Client::builder().token(TOKEN).endpoint(url);
        let builder = set(builder.hetzner_endpoint(url));
        Self(builder.build().expect("a client"))
    }

    pub async fn call(&self, what: What) -> Outcome {
        match what {
            What::Get => {
                let server = black_box(self.0.servers().get(ID).await?);
                assert_eq!(server.name, "web-49");
            }
            What::List => {
                let page = black_box(self.0.servers().list().page().await?);
                assert!(page.items.len() == 50 && page.info.next.is_none());
            }
        }
        Ok(())
    }
}

#[derive(Clone)]
pub struct Bare(reqwest::Client, String);

impl Bare {
    pub fn new(url: &str) -> Self {
        let builder = reqwest::Client::builder().user_agent("bare/1.0").no_proxy();
        Self(builder.build().expect("a client"), url.to_owned())
    }

    pub async fn call(&self, what: What) -> Outcome {
        let path = match what {
            What::Get => format!("{}/servers/{ID}", self.1),
            What::List => format!("{}/servers?per_page=50", self.1),
        };
        let request = self.0.get(path).bearer_auth(TOKEN);
        let request = request.header("accept", "application/json");
        let response = request.send().await?.error_for_status()?;
        let body = response.bytes().await?;
        match what {
            What::Get => {
                let one: plain::One = black_box(serde_json::from_slice(&body)?);
                assert_eq!(one.server.name, "web-49");
            }
            What::List => {
                let many: plain::Many = black_box(serde_json::from_slice(&body)?);
                let pagination = many.meta.pagination;
                assert!(many.servers.len() == 50 && pagination.next_page.is_none());
            }
        }
        Ok(())
    }
}

/// The two answers, as the sandbox gives them.
pub async fn answers() -> [Vec<u8>; 2] {
    let sandbox = Sandbox::new();
    let builder = Client::builder().token(TOKEN);
    let api = builder
        .transport(sandbox.hetzner())
        .build()
        .expect("a client");
    let mut id = None;
    for n in 0..50 {
        let create = api
            .servers()
            .create(format!("web-{n}"), "cx23", "debian-13")
            .labels([("env", "prod")]);
        id = Some(create.await.expect("a server").resource.id);
    }
    let one = api.servers().get(id.expect("fifty")).send_raw().await;
    let many = api.servers().list().page().send_raw().await;
    [one, many].map(|answer| {
        let answer = answer.expect("an answer");
        let length = answer.body.len();
        let mut text = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n").into_bytes();
        for (name, value) in &answer.headers {
            if name != "content-length" {
                let line = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"];
                text.extend(line.concat());
            }
        }
        text.extend_from_slice(b"\r\n");
        text.extend_from_slice(&answer.body);
        text
    })
}

/// A server that does next to nothing, so that the clients are what is measured. Gives its address.
pub fn serve(answers: [Vec<u8>; 2]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = answers.clone();
            std::thread::spawn(move || answer(stream, &answers));
        }
    });
    url
}

fn answer(mut stream: TcpStream, [one, many]: &[Vec<u8>; 2]) {
    let _ = stream.set_nodelay(true);
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        request.extend_from_slice(&buffer[..n]);
        if request.ends_with(b"\r\n\r\n") {
            let is_one = request.starts_with(b"GET /v1/servers/");
            if stream.write_all(if is_one { one } else { many }).is_err() {
                return;
            }
            request.clear();
        }
    }
}
