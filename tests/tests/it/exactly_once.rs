//! Everything that changes something, through everything that can go wrong between a client and a service: nothing that
//! was asked for once is done twice, and nothing is done that was not reported.

use std::collections::{BTreeMap, HashMap};
use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloud_core::Result;
use cloud_core::retry::StandardRetry;
use cloud_core::test_util::PausedClock;
use cloud_sandbox::{Entry, Fault, Sandbox};
use cross_crate_tests::exercise::vdk::ARCHIVE;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// What became of a change, as its caller knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    MayHaveHappened,
    Refused,
}

impl<T> From<Result<T>> for Outcome {
    fn from(result: Result<T>) -> Self {
        match result {
            Ok(_) => Self::Done,
            Err(error) if error.may_have_happened() => Self::MayHaveHappened,
            Err(_) => Self::Refused,
        }
    }
}

type Changing = Pin<Box<dyn Future<Output = Result<bool>> + Send>>;

/// The name of the n-th change, which nothing else has.
fn name(n: usize) -> String {
    format!("only-{n}")
}

/// The names in a text.
fn names(text: &str) -> impl Iterator<Item = String> {
    let rest = |part: &str| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        part[..digits].to_owned()
    };
    text.split("only-")
        .skip(1)
        .map(move |part| format!("only-{}", rest(part)))
}

/// What a service has done, by the names of the changes.
#[derive(Default)]
struct Books {
    /// How often each request was handled.
    requests: HashMap<String, usize>,
    /// How many requests were handled for each change.
    changes: HashMap<String, usize>,
}

impl Books {
    fn of(sandbox: &Sandbox) -> Self {
        let mut books = Self::default();
        for entry in sandbox.journal().entries() {
            if entry.handled && entry.method != "GET" {
                books.enter(&request(&entry));
            }
        }
        books
    }

    fn enter(&mut self, request: &str) {
        let mut all: Vec<_> = names(request).collect();
        all.dedup();
        for name in all {
            *self.changes.entry(name).or_default() += 1;
        }
        *self.requests.entry(request.to_owned()).or_default() += 1;
    }

    /// Compares with what the callers know.
    #[track_caller]
    fn balance(&self, what: &str, outcomes: &BTreeMap<String, Outcome>) {
        // Names differ, so the same request again is the same change again; that does harm unless it only deletes, or
        // refreshes what is there.
        let harmless = |request: &str| {
            let target = request.lines().next().unwrap_or_default();
            target.starts_with("DELETE ") || target.ends_with("/refresh?")
        };
        let twice: Vec<_> = self
            .requests
            .iter()
            .filter(|(request, times)| **times > 1 && !harmless(request))
            .collect();
        assert!(twice.is_empty(), "{what}: done twice: {twice:#?}");
        let (mut done, mut open, mut open_done, mut refused) = (0, 0, 0, 0);
        for (name, outcome) in outcomes {
            let there = self.changes.contains_key(name);
            match outcome {
                Outcome::Done => {
                    assert!(there, "{what}: {name} was answered and not done");
                    done += 1;
                }
                Outcome::MayHaveHappened => {
                    open += 1;
                    open_done += usize::from(there);
                }
                Outcome::Refused => {
                    assert!(!there, "{what}: {name} was done, and reported as refused");
                    refused += 1;
                }
            }
        }
        println!(
            "{what}: {done} answered, {open} 'may have happened' ({open_done} had), {refused} refused"
        );
        assert!(self.changes.keys().all(|name| outcomes.contains_key(name)));
        assert!(done > 0 && open_done > 0 && open > open_done, "{what}");
    }
}

/// A request as it is told apart from others.
fn request(entry: &Entry) -> String {
    let (query, body) = (entry.query.as_deref(), String::from_utf8_lossy(&entry.body));
    let (method, path, query) = (&entry.method, &entry.path, query.unwrap_or_default());
    format!("{method} {path}?{query}\n{body}")
}

/// Faults that pass.
fn passing() -> Vec<Fault> {
    vec![
        Fault::NeverSent,
        Fault::ResetBeforeHandling,
        Fault::ResetAfterHandling,
        Fault::Truncate,
        Fault::Status(503),
        Fault::StatusAfterHandling(500),
        Fault::StatusAfterHandling(504),
        Fault::HtmlBody(502),
    ]
}

/// All of them, some of which take their time.
fn all_faults() -> Vec<Fault> {
    let conflict = Fault::Error {
        status: 409,
        code: "conflict".into(),
        message: "changed meanwhile".into(),
    };
    let others = [
        Fault::HangBeforeHandling,
        Fault::HangAfterHandling,
        Fault::MalformedJson,
        Fault::RateLimited { retry_after: None },
        conflict,
    ];
    [passing(), others.into()].concat()
}

/// Other faults for everything, and the same ones each time.
fn seed(what: &str) -> u64 {
    what.bytes().fold(20_261_120, |seed, byte| {
        seed * 31 % 1_000_003 + u64::from(byte)
    })
}

/// Sets what all builders have.
macro_rules! within {
    ($builder:expr, $transport:expr) => {
        $builder
            .transport($transport)
            .clock(PausedClock::new())
            .max_in_flight(200)
            .pace(None)
            .build()
            .unwrap()
    };
}

/// Changes of one kind, in a sandbox of their own. A change says whether what it began was seen to end well.
struct Changes {
    what: &'static str,
    sandbox: Sandbox,
    change: Box<dyn Fn(String) -> Changing>,
}

macro_rules! changes {
    ($what:literal, $sandbox:expr, $api:expr, |$with:ident, $name:ident| $change:expr) => {{
        let api = $api.clone();
        Changes {
            what: $what,
            sandbox: $sandbox.clone(),
            change: Box::new(move |$name| {
                let $with = api.clone();
                Box::pin(async move { $change })
            }),
        }
    }};
}

impl Changes {
    /// Makes so many changes at once, with a fault in this part of the requests, and then compares.
    async fn make(self, count: usize, risk: f64) {
        let Self {
            what,
            sandbox,
            change,
        } = self;
        sandbox.journal().clear();
        sandbox.faults().randomly(seed(what), risk, &all_faults());
        let calls: Vec<_> = (0..count)
            .map(|n| (name(n), tokio::spawn(change(name(n)))))
            .collect();
        let (mut outcomes, mut ended) = (BTreeMap::new(), 0);
        for (name, call) in calls {
            let result = call.await.unwrap();
            ended += usize::from(matches!(result, Ok(true)));
            outcomes.insert(name, result.into());
        }
        sandbox.faults().clear();
        Books::of(&sandbox).balance(what, &outcomes);
        assert!(ended > count / 4, "{what}: {ended} ended well");
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_servers() {
    let sandbox = Sandbox::new();
    let api = within!(hetzner::Client::builder().token("t"), sandbox.hetzner());
    let create = changes!("Hetzner, servers", sandbox, api, |api, name| {
        let create = api.servers().create(name, "cx23", "debian-13");
        create.start_after_create(false).await.map(|_| true)
    });
    create.make(10_000, 0.4).await;
    let mut there: Vec<_> = api.servers().list().prefetch(8).all().await.unwrap();
    let all = there.len();
    there.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    there.dedup_by(|one, other| one.name == other.name);
    assert_eq!(there.len(), all);
}

#[tokio::test(start_paused = true)]
async fn what_is_created_and_waited_for() {
    use cloud_sandbox::{ovh as at_ovh, sahara as at_sahara};
    const CALLS: usize = 400;
    const DATACENTER: &str = "498ae72f-411f-11eb-9d07-046c59cc737e";

    let sandbox = Sandbox::new();
    let api = within!(hetzner::Client::builder().token("t"), sandbox.hetzner());
    let create = changes!(
        "Hetzner, servers or what is there",
        sandbox,
        api,
        |api, name| {
            let create = api.servers().create(name, "cx23", "debian-13");
            Ok(create.or_get().await?.wait().await.is_ok())
        }
    );
    create.make(CALLS, 0.4).await;

    let sandbox = Sandbox::new();
    let api = within!(hetzner::Client::builder().token("t"), sandbox.hetzner());
    let create = changes!("Hetzner, volumes", sandbox, api, |api, name| {
        let create = api.volumes().create(name, 10).location("fsn1");
        Ok(create.await?.wait().await.is_ok())
    });
    create.make(CALLS, 0.4).await;

    let sandbox = Sandbox::new();
    let builder = application();
    let api = within!(builder, sandbox.ovh());
    let project = api.projects().list().ids().await.unwrap().swap_remove(0);
    let create = changes!("OVH, instances", sandbox, (api, project), |with, name| {
        let instances = with.0.project(&with.1).instances();
        let create = instances.create(name, "GRA11", at_ovh::FLAVOR);
        let made = create.image(at_ovh::IMAGE).await?;
        Ok(made.wait().await.is_ok())
    });
    create.make(CALLS, 0.4).await;

    let sandbox = Sandbox::new();
    let api = sahara(&sandbox, sahara::Version::V2).await;
    let create = changes!("Sahara, clusters", sandbox, api, |api, name| {
        let master = sahara::NewNodeGroup::new("master", "1", ["namenode", "jobtracker"]);
        let clusters = api.clusters();
        let create = clusters.create(name, ("fake", "0.1")).node_group(master, 1);
        let create = create.image(at_sahara::IMAGE).network(at_sahara::NETWORK);
        Ok(create.await?.wait().await.is_ok())
    });
    create.make(CALLS, 0.4).await;

    let sandbox = Sandbox::new();
    let team = vdk(&sandbox);
    let create = changes!("VDK, jobs or what is there", sandbox, team, |team, name| {
        team.jobs().create(name).or_get().await.map(|_| true)
    });
    create.make(CALLS, 0.4).await;

    let sandbox = Sandbox::new();
    let team = vdk(&sandbox);
    for n in 0..CALLS {
        let job = team.jobs().create(name(n)).await.unwrap();
        let version = job.sources().upload(ARCHIVE).await.unwrap().version_sha;
        job.deploy(version).await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(600)).await;
    let start = changes!("VDK, executions", sandbox, team, |team, name| {
        let run = team.job(name).start().await?;
        Ok(run.wait().await.is_ok())
    });
    start.make(CALLS, 0.4).await;

    let sandbox = Sandbox::new();
    let builder = ionos_dataplatform::Client::builder().token("t");
    let api = within!(builder, sandbox.ionos_dataplatform());
    let create = changes!("IONOS, clusters", sandbox, api, |api, name| {
        let create = api.clusters().create(name, DATACENTER);
        Ok(create.await?.wait().await.is_ok())
    });
    create.make(CALLS, 0.4).await;

    // Both endpoints lead to the same service, as those of IONOS do.
    let sandbox = Sandbox::new();
    let failover = ionos_dataplatform::Failover::round_robin();
    let builder = ionos_dataplatform::Client::builder()
        .token("t")
        .endpoints(["one.test", "two.test"])
        .failover(failover.on_timeout(true).on_status([500, 502, 503, 504]));
    let api = within!(builder, sandbox.ionos_dataplatform());
    let create = changes!(
        "IONOS, clusters by two endpoints",
        sandbox,
        api,
        |api, name| {
            let create = api.clusters().create(name, DATACENTER);
            Ok(create.await?.wait().await.is_ok())
        }
    );
    create.make(CALLS, 0.4).await;
}

fn application() -> ovh::ClientBuilder {
    use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
    ovh::Client::builder()
        .application(APPLICATION_KEY, APPLICATION_SECRET)
        .consumer_key(CONSUMER_KEY)
}

async fn sahara(sandbox: &Sandbox, version: sahara::Version) -> sahara::Client {
    use sahara::keystone::{Project, User};
    let (user, project) = (
        User::named("demo", "Default"),
        Project::named("demo", "Default"),
    );
    let builder = sahara::Cloud::builder()
        .auth_url("https://cloud.test:5000")
        .login(sahara::Login::password(user, "demo-pw", project));
    let cloud = within!(builder, sandbox.openstack());
    cloud.data_processing().version(version).await.unwrap()
}

fn vdk(sandbox: &Sandbox) -> vdk_control::Team {
    let builder = vdk_control::Client::builder().endpoint("http://localhost:8092");
    within!(builder.token("t"), sandbox.vdk_control()).team("analytics")
}

#[tokio::test(start_paused = true)]
async fn what_is_uploaded() {
    const CALLS: usize = 400;
    let folder = std::env::temp_dir().join(format!("exactly-once-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("job")).unwrap();
    std::fs::write(folder.join("job/10_load.py"), "pass").unwrap();
    std::fs::write(folder.join("job.zip"), ARCHIVE).unwrap();

    let sandbox = Sandbox::new();
    let job = vdk(&sandbox).jobs().create("daily-load").await.unwrap();
    let upload = changes!("VDK, sources", sandbox, job, |job, name| {
        let upload = job.sources().upload(ARCHIVE).reason(name);
        upload.await.map(|_| true)
    });
    upload.make(CALLS, 0.4).await;
    let path = folder.join("job.zip");
    let upload = changes!(
        "VDK, sources from a file",
        sandbox,
        (job.clone(), path),
        |with, name| {
            let upload = with.0.sources().upload_file(with.1).reason(name);
            upload.await.map(|_| true)
        }
    );
    upload.make(CALLS / 4, 0.4).await;
    let path = folder.join("job");
    let upload = changes!(
        "VDK, sources from a directory",
        sandbox,
        (job.clone(), path),
        |with, name| {
            let upload = with.0.sources().upload_dir(with.1).reason(name);
            upload.await.map(|_| true)
        }
    );
    upload.make(CALLS / 4, 0.4).await;
    std::fs::remove_dir_all(&folder).unwrap();

    let sandbox = Sandbox::new();
    let api = sahara(&sandbox, sahara::Version::V1_1).await;
    let upload = changes!("Sahara, programs", sandbox, api, |api, name| {
        let upload = api.job_binary_internals().upload(name, "echo");
        upload.await.map(|_| true)
    });
    upload.make(CALLS, 0.4).await;
    let api = sahara(&sandbox, sahara::Version::V2).await;
    let create = changes!("Sahara, job binaries", sandbox, api, |api, name| {
        let login = sahara::SwiftCredentials::new("demo", "demo-pw");
        let create = api.job_binaries().create(name, "swift://programs/load");
        create.credentials(login).await.map(|_| true)
    });
    create.make(CALLS, 0.4).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_edited_in_a_zone() {
    const EDITS: usize = 150;
    let sandbox = Sandbox::new();
    let api = within!(hetzner::Client::builder().token("t"), sandbox.hetzner());
    for n in 0..EDITS {
        let zone = format!("{}.com", name(n));
        let created = api.zones().create(zone.as_str()).await.unwrap();
        created.wait().await.unwrap();
        let records = api.zone(zone.as_str()).records();
        let edit = records.edit().set("www", hetzner::Rr::a(["203.0.113.7"]));
        let edit = edit.set("old", hetzner::Rr::txt("old"));
        edit.preview().await.unwrap().apply().await.unwrap();
    }
    let edit = changes!("Hetzner, zones", sandbox, api, |api, name| {
        let records = api.zone(format!("{name}.com")).records();
        let edit = records
            .edit()
            .add("www", hetzner::Rr::a(["203.0.113.8", "203.0.113.9"]))
            .set("api", hetzner::Rr::a(["203.0.113.7"]))
            .set("@", hetzner::Rr::txt("v=spf1 -all").ttl(300))
            .remove("old", "TXT");
        edit.preview().await?.apply().await.map(|_| true)
    });
    edit.make(EDITS, 0.1).await;

    let sandbox = Sandbox::new();
    let builder = application();
    let api = within!(builder, sandbox.ovh());
    let edit = changes!("OVH, a zone", sandbox, api, |api, name| {
        let text = format!("token of {name}");
        let records = api.zone("example.com").records();
        let edit = records
            .edit()
            .set(name, ovh::domain::Rr::a(["203.0.113.7", "203.0.113.8"]))
            .add("@", ovh::domain::Rr::txt(text));
        edit.preview().await?.apply().await.map(|_| true)
    });
    edit.make(EDITS, 0.1).await;
    let mut records: Vec<_> = api
        .zone("example.com")
        .records()
        .list()
        .all()
        .await
        .unwrap();
    let key = |record: &ovh::domain::Record| (record.sub_domain.clone(), record.target.clone());
    let all = records.len();
    records.sort_unstable_by_key(key);
    records.dedup_by_key(|record| key(record));
    assert_eq!(records.len(), all);
}

/// A page that fails is asked for again, and no item comes twice or never.
#[tokio::test(start_paused = true)]
async fn what_a_list_gives() {
    const ITEMS: usize = 200;
    type Ids = BoxStream<'static, Result<String>>;
    type Lists = Box<dyn Fn() -> Ids>;
    let mut lists: Vec<(&str, Sandbox, Lists)> = Vec::new();

    let sandbox = Sandbox::new();
    let api = within!(hetzner::Client::builder().token("t"), sandbox.hetzner());
    for n in 0..ITEMS {
        let groups = api.placement_groups();
        let create = groups.create(name(n), hetzner::PlacementGroupType::Spread);
        create.await.unwrap();
    }
    let list = move || {
        let groups = api.placement_groups().list().per_page(7).prefetch(4);
        Box::pin(groups.items().map(|group| Ok(group?.name))) as Ids
    };
    lists.push(("Hetzner", sandbox, Box::new(list)));

    let settings = cloud_sandbox::ovh::Settings::new().bills(ITEMS);
    let sandbox = Sandbox::builder().ovh(settings).build();
    let builder = application();
    let api = within!(builder, sandbox.ovh());
    let client = api.clone();
    let list = move || {
        let bills = client.me().bills().list().per_page(7).items();
        Box::pin(bills.map(|bill| Ok(bill?.bill_id))) as Ids
    };
    lists.push(("OVH, pages", sandbox.clone(), Box::new(list)));
    let ids = api.me().bills().list().ids().await.unwrap();
    let list = move || {
        let bills = api.get("/me/bill/{id}").get_many(&ids);
        Box::pin(bills.map(|bill: Result<ovh::me::bills::Bill>| Ok(bill?.bill_id))) as Ids
    };
    lists.push(("OVH, ids", sandbox, Box::new(list)));

    let sandbox = Sandbox::new();
    let api = sahara(&sandbox, sahara::Version::V2).await;
    for n in 0..ITEMS {
        let groups = api.node_group_templates();
        let create = groups.create(name(n), "fake", "0.1", "1", ["namenode"]);
        create.await.unwrap();
    }
    let list = move || {
        let groups = api.node_group_templates().list().per_page(7).items();
        Box::pin(groups.map(|group| Ok(group?.name))) as Ids
    };
    lists.push(("Sahara", sandbox, Box::new(list)));

    let sandbox = Sandbox::new();
    let team = vdk(&sandbox);
    for n in 0..ITEMS {
        team.jobs().create(name(n)).await.unwrap();
    }
    let list = move || {
        let jobs = team.jobs().list().per_page(7).prefetch(4).items();
        Box::pin(jobs.map(|job| Ok(job?.job_name))) as Ids
    };
    lists.push(("VDK", sandbox, Box::new(list)));

    for (what, sandbox, list) in lists {
        let all: Vec<_> = list().map(Result::unwrap).collect().await;
        assert_eq!(all.len(), ITEMS, "{what}");
        sandbox.faults().randomly(20_261_120, 0.4, &passing());
        let (mut items, mut seen, mut failures) = (list(), Vec::new(), 0);
        while let Some(item) = items.next().await {
            match item {
                Ok(item) => seen.push(item),
                Err(error) => {
                    assert!(error.is_retryable(), "{what}: {error}");
                    failures += 1;
                }
            }
        }
        sandbox.faults().clear();
        println!("{what}: {} items, {failures} failures", seen.len());
        assert_eq!(seen, all, "{what}");
    }
}

/// Threads that block, each with some of the changes.
fn by_threads(
    count: usize,
    change: impl Fn(String) -> Result<()> + Send + Sync,
) -> BTreeMap<String, Outcome> {
    const THREADS: usize = 8;
    let outcomes = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (change, outcomes) = (&change, &outcomes);
            scope.spawn(move || {
                for n in (thread..count).step_by(THREADS) {
                    let outcome = change(name(n)).into();
                    outcomes.lock().unwrap().insert(name(n), outcome);
                }
            });
        }
    });
    outcomes.into_inner().unwrap()
}

/// Pauses that a program does not have to wait for.
fn hasty() -> StandardRetry {
    StandardRetry::new().backoff(Duration::from_millis(1), Duration::from_millis(2))
}

#[test]
fn what_blocking_programs_change() {
    const CALLS: usize = 400;
    const LOOKS: Duration = Duration::from_millis(1);
    let new = || {
        let settings = Sandbox::builder().action_duration(Duration::ZERO);
        let sandbox = settings.build();
        sandbox.faults().randomly(20_261_120, 0.4, &passing());
        sandbox
    };
    let finish = |what: &str, sandbox: &Sandbox, outcomes| {
        sandbox.faults().clear();
        Books::of(sandbox).balance(what, &outcomes);
    };

    let sandbox = new();
    let builder = hetzner::Client::builder().token("t").poll_interval(LOOKS);
    let builder = builder.transport(sandbox.hetzner()).retry(hasty());
    let api = builder.build().unwrap();
    let outcomes = by_threads(CALLS, |name| {
        let create = api.servers().create(name, "cx23", "debian-13");
        let _ = create.send_blocking()?.wait().wait_blocking();
        Ok(())
    });
    finish("Hetzner, servers, blocking", &sandbox, outcomes);
    let listed: Vec<_> = api.servers().list().per_page(7).items_blocking().collect();
    assert_eq!(
        listed.len(),
        sandbox.journal().count_handled("POST /v1/servers")
    );

    let sandbox = new();
    let builder = ionos_dataplatform::Client::builder().token("t");
    let builder = builder.poll_interval(LOOKS).retry(hasty());
    let builder = builder.transport(sandbox.ionos_dataplatform());
    let api = builder.build().unwrap();
    let outcomes = by_threads(CALLS, |name| {
        let create = api
            .clusters()
            .create(name, "498ae72f-411f-11eb-9d07-046c59cc737e");
        let _ = create.send_blocking()?.wait().wait_blocking();
        Ok(())
    });
    finish("IONOS, clusters, blocking", &sandbox, outcomes);

    let sandbox = new();
    let builder = application().pace(None);
    let builder = builder.transport(sandbox.ovh()).retry(hasty());
    let api = builder.build().unwrap();
    let outcomes = by_threads(CALLS, |name| {
        let from = format!("{name}@example.com");
        let redirections = api.email_domains().redirections("example.com");
        let create = redirections.create(from, "contact@example.com", false);
        create.send_blocking().map(drop)
    });
    finish("OVH, redirections, blocking", &sandbox, outcomes);

    let sandbox = new();
    let builder = vdk_control::Client::builder().endpoint("http://localhost:8092");
    let builder = builder.token("t").poll_interval(LOOKS).retry(hasty());
    let team = builder.transport(sandbox.vdk_control()).build().unwrap();
    let team = team.team("analytics");
    let outcomes = by_threads(CALLS, |name| {
        team.jobs().create(name).send_blocking().map(drop)
    });
    finish("VDK, jobs, blocking", &sandbox, outcomes);
}

/// A server that reads requests as servers do, and then does what goes wrong with connections.
#[derive(Default)]
struct Server {
    books: Mutex<Books>,
    requests: AtomicUsize,
    connections: AtomicUsize,
}

/// What becomes of a connection.
enum Next {
    Open,
    Closed,
}

impl Server {
    async fn start() -> (Arc<Self>, SocketAddr) {
        let server = Arc::new(Self::default());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let server = accepting.clone();
                server.connections.fetch_add(1, Ordering::Relaxed);
                // A connection that breaks is none of the server's business.
                tokio::spawn(async move { server.serve(socket).await.ok() });
            }
        });
        (server, address)
    }

    fn finish(&self, what: &str, outcomes: &BTreeMap<String, Outcome>) {
        self.books.lock().unwrap().balance(what, outcomes);
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        let (requests, connections) = (count(&self.requests), count(&self.connections));
        println!("{what}: {requests} requests by {connections} connections");
    }

    async fn serve(&self, mut socket: TcpStream) -> std::io::Result<()> {
        let mut received = Vec::new();
        loop {
            // Idle connections are closed soon, just when another request may be on its way.
            let idle = Duration::from_millis(2 + self.requests.load(Ordering::Relaxed) as u64 % 4);
            let Ok(head) = timeout(idle, head(&mut socket, &mut received)).await else {
                return Ok(());
            };
            let length = head?;
            if let Next::Closed = self.answer(&mut socket, &mut received, length).await? {
                return Ok(());
            }
        }
    }

    async fn answer(
        &self,
        socket: &mut TcpStream,
        received: &mut Vec<u8>,
        length: usize,
    ) -> std::io::Result<Next> {
        const ANSWER: &str = r#"{"placement_group": {"id": 1, "name": "x", "type": "spread"}}"#;
        let number = self.requests.fetch_add(1, Ordering::Relaxed) % 16;
        if number == 0 {
            // In the middle of the request.
            return Ok(Next::Closed);
        }
        while received.len() < length {
            if socket.read_buf(received).await? == 0 {
                return Ok(Next::Closed);
            }
        }
        let request: Vec<u8> = received.drain(..length).collect();
        self.books
            .lock()
            .unwrap()
            .enter(&String::from_utf8_lossy(&request));
        let close = if number == 2 {
            "connection: close\r\n"
        } else {
            ""
        };
        let head = format!(
            "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{close}\r\n",
            ANSWER.len()
        );
        match number {
            // Done, and nothing is said.
            1 => return Ok(Next::Closed),
            // Done, and said in part.
            3 => socket.write_all(&head.as_bytes()[..20]).await?,
            4 => socket.write_all(head.as_bytes()).await?,
            5 => socket.write_all((head + &ANSWER[..10]).as_bytes()).await?,
            _ => socket.write_all((head + ANSWER).as_bytes()).await?,
        }
        Ok(if (2..=6).contains(&number) {
            Next::Closed
        } else {
            Next::Open
        })
    }
}

/// Reads the head of a request, and says how long the request is.
async fn head(socket: &mut TcpStream, received: &mut Vec<u8>) -> std::io::Result<usize> {
    loop {
        if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&received[..end]).to_lowercase();
            let length = head.split("content-length:").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
            return Ok(end + 4 + length.unwrap_or(0));
        }
        if socket.read_buf(received).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Connections are used again, and some are gone by then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_over_sockets() {
    const CALLS: usize = 2000;
    let client = |address| {
        hetzner::Client::builder()
            .token("t")
            .endpoint(format!("http://{address}/v1"))
            .max_in_flight(16)
            .retry(hasty())
            .build()
            .unwrap()
    };
    let create = |api: &hetzner::Client, name: String| {
        api.placement_groups()
            .create(name, hetzner::PlacementGroupType::Spread)
    };

    let (server, address) = Server::start().await;
    let api = client(address);
    let calls: Vec<_> = (0..CALLS)
        .map(|n| (name(n), tokio::spawn(create(&api, name(n)).into_future())))
        .collect();
    let mut outcomes = BTreeMap::new();
    for (name, call) in calls {
        outcomes.insert(name, call.await.unwrap().into());
    }
    server.finish("sockets", &outcomes);

    let (server, address) = Server::start().await;
    let api = client(address);
    let changes = move || by_threads(CALLS, |name| create(&api, name).send_blocking().map(drop));
    let outcomes = tokio::task::spawn_blocking(changes).await.unwrap();
    server.finish("sockets, blocking", &outcomes);
}
