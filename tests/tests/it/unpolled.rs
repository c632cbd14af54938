//! Futures that a program keeps without polling them, as `buffer_unordered`, `select!` and lists that read ahead do:
//! nothing else may stand still for that, whatever the limits of the client.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::Result;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::call::CallFuture;
use cloud_core::credential::{Token, TokenSource};
use cloud_core::test_util::PausedClock;
use cloud_core::transport::{Transport, TransportError};
use cloud_core::wait::Waiter;
use cloud_sandbox::{Fault, Sandbox};
use cross_crate_tests::exercise::vdk::ARCHIVE;
use futures_util::stream::{self, FuturesUnordered, Stream, StreamExt};
use futures_util::{poll, stream::BoxStream};
use http::{Request, Response};
use serde_json::Value;
use tokio::select;
use tokio::time::{interval, sleep, timeout};

const TOKENS: &str = "http://localhost:8092/oauth/token";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MOMENT: Duration = Duration::from_millis(100);

/// How many things the list of each service has.
const THINGS: usize = 20;

/// The defaults of each client, and caps on its calls that are lower than what the programs have under way.
const LIMITS: [Option<usize>; 4] = [None, Some(1), Some(3), Some(5)];

/// Every request takes a moment, and those for a token or for the time take three.
#[derive(Debug)]
struct Slow(Arc<dyn Transport>);

#[async_trait]
impl Transport for Slow {
    async fn send(
        &self,
        mut request: Request<Body>,
    ) -> std::result::Result<Response<ResponseBody>, TransportError> {
        let path = request.uri().path();
        let is_slow = ["/oauth", "/auth/"].iter().any(|part| path.contains(part));
        sleep(MOMENT * if is_slow { 3 } else { 1 }).await;
        // As the routes of OVHcloud that give ids whatever they are asked for.
        request.headers_mut().remove("x-pagination-mode");
        self.0.send(request).await
    }
}

/// Sets what all builders have.
macro_rules! limited {
    ($builder:expr, $transport:expr, $limit:expr) => {{
        let builder = $builder
            .transport(Arc::new(Slow($transport)))
            .clock(PausedClock::new());
        match $limit {
            Some(calls) => builder.max_in_flight(calls),
            None => builder,
        }
    }};
}

/// A call whose answer does not matter.
fn done<T: 'static>(
    call: impl IntoFuture<Output = Result<T>, IntoFuture: Send + 'static>,
) -> CallFuture<()> {
    let call = call.into_future();
    Box::pin(async move { call.await.map(drop) })
}

/// What the programs need of a client.
trait Api: Sized {
    /// What is created, as its wait gives it.
    type Made: Send + 'static;

    fn open(limit: Option<usize>) -> impl Future<Output = Result<Self>>;

    /// Reads something.
    fn read(&self) -> CallFuture<()>;

    /// Lists the things by their ids, in small pages or by a call for each, so many of them ahead of the reader.
    fn things(&self, ahead: usize) -> BoxStream<'static, Result<String>>;

    /// Reads one thing of the list.
    fn thing(&self, id: &str) -> CallFuture<()>;

    /// Creates something that takes time.
    fn make(&self, n: usize) -> impl Future<Output = Result<Waiter<Self::Made>>>;

    /// Does something with what was created, and waits for that too.
    fn change(&self, n: usize, made: Self::Made) -> impl Future<Output = Result<()>>;
}

/// What may stand still, each with the number of its results.
mod programs {
    use super::*;

    /// A call that is begun, and awaited only hours after others have come and gone.
    pub(super) async fn kept(api: impl Api) -> Result<usize> {
        let mut first = api.read();
        assert!(poll!(&mut first).is_pending());
        for _ in 0..20 {
            api.read().await?;
        }
        sleep(DAY / 12).await;
        first.await?;
        Ok(21)
    }

    /// More calls that are begun and dropped than the client has under way.
    pub(super) async fn dropped(api: impl Api) -> Result<usize> {
        for _ in 0..120 {
            assert!(poll!(&mut api.read()).is_pending());
        }
        api.read().await.map(|()| 1)
    }

    pub(super) async fn buffered(api: impl Api) -> Result<usize> {
        let reads = stream::iter(0..50).map(|_| api.read());
        one_more_for_each(&|| api.read(), reads.buffered(16)).await
    }

    pub(super) async fn buffered_unordered(api: impl Api) -> Result<usize> {
        let reads = stream::iter(0..50).map(|_| api.read());
        one_more_for_each(&|| api.read(), reads.buffer_unordered(16)).await
    }

    /// More than all slots of all clients.
    pub(super) async fn unordered(api: impl Api) -> Result<usize> {
        let reads: FuturesUnordered<_> = (0..120).map(|_| api.read()).collect();
        one_more_for_each(&|| api.read(), reads).await
    }

    pub(super) async fn one_more_for_each(
        one: &dyn Fn() -> CallFuture<()>,
        others: impl Stream<Item = Result<()>>,
    ) -> Result<usize> {
        let (mut others, mut results) = (pin!(others), 0);
        while let Some(other) = others.next().await {
            other?;
            one().await?;
            results += 1;
        }
        Ok(results)
    }

    pub(super) async fn selected(api: impl Api) -> Result<usize> {
        let (mut first, mut second) = (api.read(), api.read());
        select! {
            read = &mut first => unreachable!("too early: {read:?}"),
            read = &mut second => unreachable!("too early: {read:?}"),
            () = sleep(MOMENT / 2) => api.read().await?,
        }
        first.await.and(second.await).map(|()| 3)
    }

    pub(super) async fn a_call_for_each_item(api: impl Api) -> Result<usize> {
        for_each_item(&api, 1).await
    }

    pub(super) async fn a_call_for_each_item_of_a_list_that_reads_ahead(
        api: impl Api,
    ) -> Result<usize> {
        for_each_item(&api, 8).await
    }

    async fn for_each_item(api: &impl Api, ahead: usize) -> Result<usize> {
        let (mut things, mut results) = (api.things(ahead), 0);
        while let Some(id) = things.next().await {
            api.thing(&id?).await?;
            results += 1;
        }
        Ok(results)
    }

    pub(super) async fn items_that_are_read_side_by_side(api: impl Api) -> Result<usize> {
        let read = async |id: Result<String>| api.thing(&id?).await;
        let things = api.things(8).map(read).buffer_unordered(4);
        one_more_for_each(&|| api.read(), things).await
    }

    /// Each tick drops the future of the next item.
    pub(super) async fn items_between_ticks(api: impl Api) -> Result<usize> {
        let (mut things, mut results) = (api.things(8), 0);
        let mut tick = interval(MOMENT / 2);
        loop {
            select! {
                thing = things.next() => match thing {
                    Some(id) => results += usize::from(!id?.is_empty()),
                    None => return Ok(results),
                },
                _ = tick.tick() => api.read().await?,
            }
        }
    }

    pub(super) async fn a_list_for_each_item(api: impl Api) -> Result<usize> {
        let (mut outer, mut results) = (api.things(8), 0);
        while let Some(id) = outer.next().await {
            id?;
            results += api.things(8).collect::<Vec<_>>().await.len();
        }
        Ok(results)
    }

    /// Begun at once, and begun one after the other, so that they are at different points when the first one ends.
    pub(super) async fn made_side_by_side(api: impl Api) -> Result<usize> {
        let mut results = 0;
        for (round, apart) in [0, 1, 4, 9].into_iter().enumerate() {
            let begin = async |n| {
                sleep(MOMENT * apart * n).await;
                let n = round * 5 + n as usize;
                Ok((n, api.make(n).await?.await?))
            };
            let mut all = pin!(stream::iter(0..5_u32).map(begin).buffer_unordered(3));
            while let Some(next) = all.next().await {
                let (n, thing) = next?;
                api.change(n, thing).await?;
                results += 1;
            }
        }
        Ok(results)
    }

    pub(super) async fn made_while_another_wait_is_kept(api: impl Api) -> Result<usize> {
        let mut first = api.make(0).await?;
        {
            let mut progress = pin!(first.progress());
            assert!(poll!(&mut progress).is_pending());
            api.change(1, api.make(1).await?.await?).await?;
            progress.await?;
        }
        api.change(0, first.await?).await.map(|()| 2)
    }

    /// Its deadline passes meanwhile, and the work is done long before.
    pub(super) async fn a_wait_that_is_kept_for_hours(api: impl Api) -> Result<usize> {
        let mut work = api.make(0).await?.into_future();
        assert!(poll!(&mut work).is_pending());
        sleep(DAY / 4).await;
        api.change(0, work.await?).await.map(|()| 1)
    }

    /// Each tick drops the future of the progress.
    pub(super) async fn followed_between_ticks(api: impl Api) -> Result<usize> {
        let mut work = api.make(0).await?;
        let mut tick = interval(MOMENT * 3 / 2);
        loop {
            select! {
                progress = work.progress() => if progress?.is_none() {
                    break;
                },
                _ = tick.tick() => api.read().await?,
            }
        }
        api.change(0, work.await?).await.map(|()| 1)
    }
}

macro_rules! programs {
    ($($program:ident => $results:expr;)*) => { $(
        #[tokio::test(start_paused = true)]
        async fn $program() {
            let mut wrong = Vec::new();
            programs!(@of $program $results, wrong, Hetzner Ovh Sahara Vdk Ionos);
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
    )* };
    (@of $program:ident $results:expr, $wrong:ident, $($api:ident)*) => { $(
        for limit in LIMITS {
            let run = async { programs::$program($api::open(limit).await?).await };
            let ended = timeout(DAY, run).await;
            if !matches!(ended, Ok(Ok(results)) if results == $results) {
                $wrong.push(format!("{}, {limit:?} calls at most: {ended:?}", stringify!($api)));
            }
        }
    )* };
}

programs! {
    kept => 21;
    dropped => 1;
    buffered => 50;
    buffered_unordered => 50;
    unordered => 120;
    selected => 3;
    a_call_for_each_item => THINGS;
    a_call_for_each_item_of_a_list_that_reads_ahead => THINGS;
    items_that_are_read_side_by_side => THINGS;
    items_between_ticks => THINGS;
    a_list_for_each_item => THINGS * THINGS;
    made_side_by_side => 20;
    made_while_another_wait_is_kept => 2;
    a_wait_that_is_kept_for_hours => 1;
    followed_between_ticks => 1;
}

/// What a client fetches once for all its calls, and a call that needs it.
struct Fetching {
    sandbox: Sandbox,
    call: Box<dyn Fn() -> CallFuture<()>>,
    fetched: Box<dyn Fn() -> usize>,
}

impl Fetching {
    /// What is fetched by requests of this pattern.
    fn by(
        pattern: &'static str,
        sandbox: Sandbox,
        call: impl Fn() -> CallFuture<()> + 'static,
    ) -> Self {
        let journal = sandbox.journal().clone();
        Self {
            sandbox,
            call: Box::new(call),
            fetched: Box::new(move || journal.count(pattern)),
        }
    }

    /// The call that begins the fetch is awaited only when another one has ended.
    async fn kept(&self) -> Result<usize> {
        let mut first = (self.call)();
        assert!(poll!(&mut first).is_pending());
        (self.call)().await?;
        first.await?;
        Ok((self.fetched)())
    }

    /// Four calls at once, and one more for the result of each.
    async fn crowd(&self) -> Result<usize> {
        let calls = stream::iter(0..12).map(|_| (self.call)());
        programs::one_more_for_each(&self.call, calls.buffer_unordered(4)).await?;
        Ok((self.fetched)())
    }
}

fn hetzner_client(limit: Option<usize>) -> (Sandbox, hetzner::Client) {
    let sandbox = Sandbox::new();
    let builder = hetzner::Client::builder().token("t");
    let api = limited!(builder, sandbox.hetzner(), limit).build().unwrap();
    (sandbox, api)
}

fn ovh_client(builder: ovh::ClientBuilder, limit: Option<usize>) -> (Sandbox, ovh::Client) {
    let sandbox = Sandbox::new();
    let api = limited!(builder, sandbox.ovh(), limit).build().unwrap();
    (sandbox, api)
}

#[tokio::test(start_paused = true)]
async fn the_time_is_asked_for_by_a_call_that_is_kept() {
    for limit in LIMITS {
        let (sandbox, api) = ovh_client(application(), limit);
        let console = sandbox.ovh_console();
        let call = move || done(api.me().get());
        let fetching = Fetching::by("GET /1.0/auth/time", sandbox, call);
        let asked = timeout(DAY, fetching.kept()).await.expect("an end");
        assert_eq!(asked.unwrap(), 1, "{limit:?}");
        // All calls that are under way are refused for their time.
        console.skew_clock(4000);
        let asked = timeout(DAY, fetching.crowd()).await.expect("an end");
        assert_eq!(asked.unwrap(), 2, "{limit:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_catalogue_is_read_by_a_task_that_is_kept() {
    for limit in LIMITS {
        let (sandbox, api) = hetzner_client(limit);
        let call = move || done(api.catalogue().server_types());
        let fetching = Fetching::by("GET /v1/server_types", sandbox, call);
        let read = timeout(DAY, fetching.kept()).await.expect("an end");
        assert_eq!(read.unwrap(), 1, "{limit:?}");
    }
}

/// Gives a token after a while.
#[derive(Clone, Debug, Default)]
struct Source(Arc<AtomicUsize>);

#[async_trait]
impl TokenSource for Source {
    async fn fetch(&self) -> Result<Token> {
        sleep(MOMENT * 3).await;
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Token {
            secret: format!("token-{number}").into(),
            lifetime: None,
        })
    }
}

/// The clients that fetch tokens, each with a path to be refused.
async fn with_tokens(limit: Option<usize>) -> [(Fetching, &'static str); 5] {
    use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    let account = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET);
    let (sandbox, api) = ovh_client(account, limit);
    let call = move || done(api.me().get());
    let ovh = Fetching::by("POST /auth/oauth2/token", sandbox, call);

    let sandbox = Sandbox::new();
    let cloud = limited!(cloud(), sandbox.openstack(), limit).build();
    let api = cloud.unwrap().data_processing().await.unwrap();
    let call = move || done(api.plugins().get("fake"));
    let sahara = Fetching::by("POST /v3/auth/tokens", sandbox, call);

    let vdk = |login: fn(vdk_control::ClientBuilder) -> vdk_control::ClientBuilder| {
        let settings = cloud_sandbox::vdk_control::Settings::new().secured(true);
        let sandbox = Sandbox::builder().vdk_control(settings).build();
        let builder = login(installation());
        let api = limited!(builder, sandbox.vdk_control(), limit).build();
        let team = api.unwrap().team("analytics");
        let call = move || done(team.info());
        Fetching::by("POST /oauth/token", sandbox, call)
    };
    let by_api_token = vdk(|builder| builder.api_token("a", TOKENS));
    let by_refresh_token = vdk(|builder| builder.refresh_token(TOKENS, "me", "secret", "r"));

    let (sandbox, source) = (Sandbox::new(), Source::default());
    let builder = ionos_dataplatform::Client::builder().token_source(source.clone());
    let api = limited!(builder, sandbox.ionos_dataplatform(), limit).build();
    let api = api.unwrap();
    let ionos = Fetching {
        sandbox,
        call: Box::new(move || done(api.versions())),
        fetched: Box::new(move || source.0.load(Ordering::Relaxed)),
    };

    let info = "/data-jobs/for-team/analytics/info";
    [
        (ovh, "/1.0/me"),
        (sahara, "/v2/*/plugins/fake"),
        (by_api_token, info),
        (by_refresh_token, info),
        (ionos, "/dataplatform/versions"),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_token_is_fetched_by_a_call_that_is_kept() {
    for limit in LIMITS {
        for (fetching, path) in with_tokens(limit).await {
            let fetched = timeout(DAY, fetching.kept()).await.expect(path);
            assert_eq!(fetched.unwrap(), 1, "{path}, {limit:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_by_a_call_that_is_kept() {
    for limit in LIMITS {
        for (fetching, path) in with_tokens(limit).await {
            let faults = fetching.sandbox.faults();
            faults.next_matching(&format!("GET {path}"), Fault::ExpiredToken);
            let fetched = timeout(DAY, fetching.crowd()).await.expect(path);
            assert_eq!(faults.pending(), 0, "{path}");
            assert_eq!(fetched.unwrap(), 2, "{path}, {limit:?}");
        }
    }
}

/// A source that gives nothing is waited for as long as the call has time.
#[tokio::test(start_paused = true)]
async fn a_token_that_never_comes_ends_the_call() {
    #[derive(Clone, Debug)]
    struct Never;

    #[async_trait]
    impl TokenSource for Never {
        async fn fetch(&self) -> Result<Token> {
            std::future::pending().await
        }
    }

    let builder = ionos_dataplatform::Client::builder().token_source(Never);
    let transport = Sandbox::new().ionos_dataplatform();
    let api = limited!(builder, transport, Some(1)).build().unwrap();
    let mut first = done(api.versions());
    assert!(poll!(&mut first).is_pending());
    let second = timeout(DAY, api.versions().into_future()).await;
    for error in [
        second.expect("an end").unwrap_err(),
        first.await.unwrap_err(),
    ] {
        assert!(error.is_timeout() && !error.may_have_happened(), "{error}");
    }
}

/// An edit of a zone is given up for a while at every point that it comes to, and another one goes on.
#[tokio::test(start_paused = true)]
async fn zones_are_edited_beside_an_edit_that_is_kept() {
    /// Keeps the first future from this moment on until the second has ended.
    async fn beside<T>(moments: u32, mut first: CallFuture<T>, second: CallFuture<T>) {
        let early = timeout(MOMENT / 2 * (2 * moments - 1), &mut first).await;
        let second = timeout(DAY, second).await;
        second.expect("the second ends").unwrap();
        let ended = match early {
            Ok(ended) => ended,
            Err(_) => timeout(DAY, first).await.expect("the first ends"),
        };
        ended.unwrap();
    }

    for (moments, limit) in (1..6).flat_map(|moments| LIMITS.map(|limit| (moments, limit))) {
        let (sandbox, api) = ovh_client(application(), limit);
        let edit = async |name: &str| {
            let rr = ovh::domain::Rr::a(["203.0.113.7", "203.0.113.8"]);
            let edit = api.zone("example.com").records().edit().set(name, rr);
            edit.preview().await.unwrap().apply()
        };
        let (one, two) = (edit("one").await, edit("two").await);
        beside(moments, one.into_future(), two.into_future()).await;
        let journal = sandbox.journal();
        let records = journal.count("POST /1.0/domain/zone/example.com/record");
        let refreshes = journal.count("POST /1.0/domain/zone/example.com/refresh");
        assert_eq!(records, 4, "{moments} moments, {limit:?}");
        // One that comes while the service is busy with the other is sent again.
        assert!(refreshes >= 2, "{moments} moments, {limit:?}: {refreshes}");

        let (sandbox, api) = hetzner_client(limit);
        let created = api.zones().create("example.com").await.unwrap();
        created.wait().await.unwrap();
        let edit = async |name: &str| {
            let records = api.zone("example.com").records();
            let edit = records.edit().set(name, hetzner::Rr::a(["203.0.113.7"]));
            edit.preview().await.unwrap().apply()
        };
        let (one, two) = (edit("one").await, edit("two").await);
        beside(moments, one.into_future(), two.into_future()).await;
        let created = sandbox.journal().count("POST /v1/zones/example.com/rrsets");
        assert_eq!(created, 2, "{moments} moments, {limit:?}");
    }
}

/// What is read piece by piece holds up nothing between two pieces.
#[tokio::test(start_paused = true)]
async fn sources_are_read_while_other_calls_are_made() {
    for limit in LIMITS {
        let api = Vdk::open(limit).await.unwrap();
        let job = api.0.job("data-job-0");
        job.sources().upload(ARCHIVE).await.unwrap();
        let mut download = job.sources().download().await.unwrap();
        let mut length = 0;
        while let Some(chunk) = download.chunk().await.unwrap() {
            length += chunk.len();
            let read = timeout(DAY, api.read()).await;
            read.expect("an end").unwrap();
        }
        assert!(length > 0);
    }
}

/// Each tick drops the future of the next line.
#[tokio::test(start_paused = true)]
async fn logs_are_followed_between_ticks() {
    for limit in LIMITS {
        let api = Vdk::open(limit).await.unwrap();
        let status = api.make(0).await.unwrap().await.unwrap();
        assert!(status.is_enabled());
        let run = api.0.job("data-job-0").start().await.unwrap();
        let (mut log, mut lines) = (run.follow_logs(), 0);
        let mut tick = interval(MOMENT * 3 / 2);
        let read = async {
            loop {
                select! {
                    line = log.next() => match line? {
                        Some(_) => lines += 1,
                        None => return Ok::<_, cloud_core::Error>(()),
                    },
                    _ = tick.tick() => api.read().await?,
                }
            }
        };
        timeout(DAY, read).await.expect("an end").unwrap();
        let logs = api.0.job("data-job-0").executions().logs(run.id()).await;
        assert_eq!(lines, logs.unwrap().lines().count());
    }
}

struct Hetzner(hetzner::Client);

impl Api for Hetzner {
    type Made = hetzner::Server;

    async fn open(limit: Option<usize>) -> Result<Self> {
        let builder = hetzner::Client::builder().token("t");
        let api = limited!(builder, Sandbox::new().hetzner(), limit).build()?;
        for n in 0..THINGS {
            let groups = api.placement_groups();
            groups
                .create(format!("group-{n}"), hetzner::PlacementGroupType::Spread)
                .await?;
        }
        Ok(Self(api))
    }

    fn read(&self) -> CallFuture<()> {
        done(self.0.locations().list().page())
    }

    fn things(&self, ahead: usize) -> BoxStream<'static, Result<String>> {
        let groups = self.0.placement_groups().list().per_page(3).prefetch(ahead);
        Box::pin(groups.items().map(|group| Ok(group?.id.to_string())))
    }

    fn thing(&self, id: &str) -> CallFuture<()> {
        let id = hetzner::PlacementGroupId(id.parse().unwrap());
        done(self.0.placement_groups().get(id))
    }

    async fn make(&self, n: usize) -> Result<Waiter<hetzner::Server>> {
        let servers = self.0.servers();
        let create = servers.create(format!("web-{n}"), "cx23", "debian-13");
        Ok(create.await?.wait())
    }

    async fn change(&self, _: usize, server: hetzner::Server) -> Result<()> {
        self.0.servers().power_off(server.id).await?.wait().await?;
        Ok(())
    }
}

struct Ovh {
    api: ovh::Client,
    project: String,
}

fn application() -> ovh::ClientBuilder {
    use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
    ovh::Client::builder()
        .application(APPLICATION_KEY, APPLICATION_SECRET)
        .consumer_key(CONSUMER_KEY)
}

impl Api for Ovh {
    type Made = ovh::cloud::InstanceDetail;

    async fn open(limit: Option<usize>) -> Result<Self> {
        let settings = cloud_sandbox::ovh::Settings::new().bills(THINGS);
        let sandbox = Sandbox::builder().ovh(settings).build();
        let api = limited!(application(), sandbox.ovh(), limit).build()?;
        let project = api.projects().list().ids().await?.swap_remove(0);
        Ok(Self { api, project })
    }

    fn read(&self) -> CallFuture<()> {
        done(self.api.me().get())
    }

    fn things(&self, ahead: usize) -> BoxStream<'static, Result<String>> {
        let bills = self.api.get("/me/bill").list::<Value>().concurrency(ahead);
        let id = |bill: Value| bill["billId"].as_str().unwrap().to_owned();
        Box::pin(bills.items().map(move |bill| bill.map(id)))
    }

    fn thing(&self, id: &str) -> CallFuture<()> {
        done(self.api.get("/me/bill/{id}").arg(id))
    }

    async fn make(&self, n: usize) -> Result<Waiter<ovh::cloud::InstanceDetail>> {
        use cloud_sandbox::ovh::{FLAVOR, IMAGE};
        let project = self.api.project(&self.project);
        let instances = project.instances();
        let create = instances.create(format!("web-{n}"), "GRA11", FLAVOR);
        Ok(create.image(IMAGE).await?.wait())
    }

    async fn change(&self, _: usize, made: ovh::cloud::InstanceDetail) -> Result<()> {
        let instances = self.api.project(&self.project).instances();
        instances.delete(&made.id).await?.wait().await
    }
}

struct Sahara(sahara::Client);

fn cloud() -> sahara::CloudBuilder {
    use sahara::keystone::{Project, User};
    let (user, project) = (
        User::named("demo", "Default"),
        Project::named("demo", "Default"),
    );
    sahara::Cloud::builder()
        .auth_url("https://cloud.test:5000")
        .login(sahara::Login::password(user, "demo-pw", project))
}

impl Api for Sahara {
    type Made = sahara::Cluster;

    async fn open(limit: Option<usize>) -> Result<Self> {
        let cloud = limited!(cloud(), Sandbox::new().openstack(), limit).build()?;
        let api = cloud.data_processing().await?;
        for n in 0..THINGS {
            let groups = api.node_group_templates();
            groups
                .create(format!("group-{n}"), "fake", "0.1", "1", ["namenode"])
                .await?;
        }
        Ok(Self(api))
    }

    fn read(&self) -> CallFuture<()> {
        done(self.0.plugins().get("fake"))
    }

    fn things(&self, ahead: usize) -> BoxStream<'static, Result<String>> {
        let groups = self.0.node_group_templates().list();
        let groups = groups.per_page(3).prefetch(ahead).items();
        Box::pin(groups.map(|group| Ok(group?.id.to_string())))
    }

    fn thing(&self, id: &str) -> CallFuture<()> {
        done(self.0.node_group_templates().get(id))
    }

    async fn make(&self, n: usize) -> Result<Waiter<sahara::Cluster>> {
        use cloud_sandbox::sahara::{IMAGE, NETWORK};
        let master = sahara::NewNodeGroup::new("master", "1", ["namenode", "jobtracker"]);
        let clusters = self.0.clusters();
        let create = clusters.create(format!("lake-{n}"), ("fake", "0.1"));
        let create = create.image(IMAGE).network(NETWORK).node_group(master, 1);
        Ok(create.await?.wait())
    }

    async fn change(&self, _: usize, made: sahara::Cluster) -> Result<()> {
        self.0.clusters().delete(&made.id).await?.wait().await
    }
}

struct Vdk(vdk_control::Team);

fn installation() -> vdk_control::ClientBuilder {
    vdk_control::Client::builder().endpoint("http://localhost:8092")
}

impl Api for Vdk {
    type Made = vdk_control::DeploymentStatus;

    async fn open(limit: Option<usize>) -> Result<Self> {
        let builder = installation().token("t");
        let api = limited!(builder, Sandbox::new().vdk_control(), limit).build()?;
        let team = api.team("analytics");
        for n in 0..THINGS {
            team.jobs().create(format!("data-job-{n}")).await?;
        }
        Ok(Self(team))
    }

    fn read(&self) -> CallFuture<()> {
        done(self.0.info())
    }

    fn things(&self, ahead: usize) -> BoxStream<'static, Result<String>> {
        let jobs = self.0.jobs().list().per_page(3).prefetch(ahead).items();
        Box::pin(jobs.map(|job| Ok(job?.job_name)))
    }

    fn thing(&self, id: &str) -> CallFuture<()> {
        done(self.0.job(id).get())
    }

    async fn make(&self, n: usize) -> Result<Waiter<vdk_control::DeploymentStatus>> {
        let job = self.0.job(format!("data-job-{n}"));
        let version = job.sources().upload(ARCHIVE).await?.version_sha;
        Ok(job.deploy(version).await?.wait())
    }

    async fn change(&self, n: usize, _: vdk_control::DeploymentStatus) -> Result<()> {
        let run = self.0.job(format!("data-job-{n}")).start().await?;
        run.wait().await.map(drop)
    }
}

struct Ionos(ionos_dataplatform::Client);

impl Api for Ionos {
    type Made = ionos_dataplatform::Cluster;

    async fn open(limit: Option<usize>) -> Result<Self> {
        let builder = ionos_dataplatform::Client::builder().token("t");
        let api = limited!(builder, Sandbox::new().ionos_dataplatform(), limit).build()?;
        let api = Self(api);
        for n in 0..THINGS {
            drop(api.make(THINGS + n).await?);
        }
        Ok(api)
    }

    fn read(&self) -> CallFuture<()> {
        done(self.0.versions())
    }

    fn things(&self, ahead: usize) -> BoxStream<'static, Result<String>> {
        let clusters = self.0.clusters().list().prefetch(ahead).items();
        Box::pin(clusters.map(|cluster| Ok(cluster?.id.to_string())))
    }

    fn thing(&self, id: &str) -> CallFuture<()> {
        done(self.0.clusters().get(id))
    }

    async fn make(&self, n: usize) -> Result<Waiter<ionos_dataplatform::Cluster>> {
        const DATACENTER: &str = "498ae72f-411f-11eb-9d07-046c59cc737e";
        let clusters = self.0.clusters();
        Ok(clusters
            .create(format!("lake-{n}"), DATACENTER)
            .await?
            .wait())
    }

    async fn change(&self, _: usize, made: ionos_dataplatform::Cluster) -> Result<()> {
        let pools = self.0.node_pools(&made);
        pools.create("workers", 3).await?.wait().await.map(drop)
    }
}
