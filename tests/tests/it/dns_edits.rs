//! Edits of a zone beside one another, at every provider that has zones: each brings about its wish from what is there
//! when it is applied, in whatever order they are previewed and applied.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use cloud_core::Result;
use cloud_core::dns::{Edit, Preview, Rr};
use cloud_core::test_util::PausedClock;
use cloud_sandbox::{Fault, Sandbox};
use futures_util::future::join_all;

type Values = BTreeSet<String>;
type Reading = Pin<Box<dyn Future<Output = Vec<String>>>>;

/// A zone, and clients that know nothing of one another.
struct Zone {
    provider: &'static str,
    sandbox: Sandbox,
    edits: Vec<Box<dyn Fn() -> Edit>>,
    /// The texts at a name, as the service lists them.
    texts: Box<dyn Fn(String) -> Reading>,
    /// Whether the name servers have what the zone says.
    is_served: Box<dyn Fn() -> Pin<Box<dyn Future<Output = bool>>>>,
}

const CLIENTS: usize = 10;

async fn hetzner() -> Zone {
    let sandbox = Sandbox::new();
    let client = || {
        let builder = hetzner::Client::builder().token("t");
        let builder = builder.transport(sandbox.hetzner());
        builder.clock(PausedClock::new()).build().unwrap()
    };
    let api = client();
    let created = api.zones().create("example.com").await.unwrap();
    created.wait().await.unwrap();
    let edit = |api: hetzner::Client| -> Box<dyn Fn() -> Edit> {
        Box::new(move || api.zone("example.com").records().edit())
    };
    let (lists, status) = (api.clone(), api.clone());
    Zone {
        provider: "Hetzner",
        edits: (0..CLIENTS).map(|_| edit(client())).collect(),
        texts: Box::new(move |name| {
            let api = lists.clone();
            Box::pin(async move {
                let rrset = api.zone("example.com").records().find(name, "TXT");
                let records = rrset.await.unwrap().unwrap_or_default().records;
                records
                    .iter()
                    .map(|record| record.text().unwrap())
                    .collect()
            })
        }),
        is_served: Box::new(move || {
            let api = status.clone();
            Box::pin(async move {
                let zone = api.zones().get("example.com").await.unwrap();
                zone.status == hetzner::ZoneStatus::Ok
            })
        }),
        sandbox,
    }
}

async fn ovh() -> Zone {
    use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
    let sandbox = Sandbox::new();
    let client = || {
        let builder = ovh::Client::builder()
            .application(APPLICATION_KEY, APPLICATION_SECRET)
            .consumer_key(CONSUMER_KEY)
            .transport(sandbox.ovh());
        builder.clock(PausedClock::new()).build().unwrap()
    };
    let api = client();
    let mut edits: Vec<Box<dyn Fn() -> Edit>> = Vec::new();
    for _ in 0..CLIENTS {
        let api = client();
        // The time of the service is known from now on.
        api.me().get().await.unwrap();
        edits.push(Box::new(move || api.zone("example.com").records().edit()));
    }
    let (lists, status) = (api.clone(), api.clone());
    Zone {
        provider: "OVHcloud",
        edits,
        texts: Box::new(move |name| {
            let api = lists.clone();
            Box::pin(async move {
                let list = api.zone("example.com").records().list().field_type("TXT");
                let records = list.sub_domain(name).all().await.unwrap();
                let text = |record: ovh::domain::Record| {
                    record.target.parse::<ovh::domain::Txt>().unwrap().to_text()
                };
                records.into_iter().map(text).collect()
            })
        }),
        is_served: Box::new(move || {
            let api = status.clone();
            Box::pin(async move {
                let status = api.zone("example.com").status().await.unwrap();
                status.is_deployed
            })
        }),
        sandbox,
    }
}

impl Zone {
    async fn both() -> [Self; 2] {
        [hetzner().await, ovh().await]
    }

    fn edit(&self, program: usize) -> Edit {
        self.edits[program % CLIENTS]()
    }

    /// The texts at a name, each of which is there once.
    async fn values(&self, name: &str) -> Values {
        let texts = (self.texts)(name.to_owned()).await;
        let values: Values = texts.iter().cloned().collect();
        assert_eq!(values.len(), texts.len(), "{}: {texts:?}", self.provider);
        values
    }

    /// Runs previews and applications in this order, where a program that comes the first time previews and the second
    /// time applies, and gives what should be there by then.
    async fn run(&self, name: &str, there: &[u8], wishes: &[Wish], order: &[usize]) -> Values {
        if !there.is_empty() {
            let first = Wish::Set(there.to_vec()).say(self.edit(0), name);
            first.preview().await.unwrap().apply().await.unwrap();
        }
        let mut expected = texts(there).collect();
        let mut previews: Vec<Option<Preview>> = wishes.iter().map(|_| None).collect();
        for &program in order {
            match previews[program].take() {
                None => {
                    let edit = wishes[program].say(self.edit(program), name);
                    previews[program] = Some(edit.preview().await.unwrap());
                }
                Some(preview) => {
                    preview.apply().await.unwrap();
                    expected = wishes[program].granted(expected);
                }
            }
        }
        expected
    }
}

/// What a program wishes for the texts of a name.
#[derive(Clone, Debug)]
enum Wish {
    Set(Vec<u8>),
    Add(Vec<u8>),
    Take(Vec<u8>),
    Remove,
}

fn texts(numbers: &[u8]) -> impl Iterator<Item = String> {
    numbers.iter().map(|n| format!("token \"{n}\""))
}

impl Wish {
    fn say(&self, edit: Edit, name: &str) -> Edit {
        let rr = |numbers: &[u8]| Rr::txts(texts(numbers)).ttl(60);
        match self {
            Self::Set(numbers) => edit.set(name, rr(numbers)),
            Self::Add(numbers) => edit.add(name, rr(numbers)),
            Self::Take(numbers) => edit.take(name, rr(numbers)),
            Self::Remove => edit.remove(name, "TXT"),
        }
    }

    /// What there is when the wish is granted.
    fn granted(&self, mut there: Values) -> Values {
        match self {
            Self::Set(numbers) => there = texts(numbers).collect(),
            Self::Add(numbers) => there.extend(texts(numbers)),
            Self::Take(numbers) => there.retain(|text| texts(numbers).all(|gone| gone != *text)),
            Self::Remove => there.clear(),
        }
        there
    }

    fn random(rng: &mut fastrand::Rng) -> Self {
        let numbers: Vec<u8> = (0..rng.usize(1..4)).map(|_| rng.u8(..5)).collect();
        match rng.u8(..8) {
            0 => Self::Set(numbers),
            1 => Self::Remove,
            2..5 => Self::Take(numbers),
            _ => Self::Add(numbers),
        }
    }
}

/// Every order in which some programs preview and then apply.
fn orders(programs: usize) -> Vec<Vec<usize>> {
    fn go_on(left: &mut [u8], order: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        if left.iter().all(|times| *times == 0) {
            all.push(order.clone());
        }
        for program in 0..left.len() {
            if left[program] > 0 {
                left[program] -= 1;
                order.push(program);
                go_on(left, order, all);
                order.pop();
                left[program] += 1;
            }
        }
    }
    let mut all = Vec::new();
    go_on(&mut vec![2; programs], &mut Vec::new(), &mut all);
    all
}

fn random_order(rng: &mut fastrand::Rng, programs: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..programs).flat_map(|program| [program; 2]).collect();
    rng.shuffle(&mut order);
    order
}

#[test]
fn all_orders_are_tried() {
    assert_eq!(orders(1), [[0, 0]]);
    assert_eq!((orders(2).len(), orders(3).len()), (6, 90));
    assert!(orders(2).contains(&vec![1, 0, 0, 1]));
}

/// Two certificates are validated under one name, or ten.
#[tokio::test(start_paused = true)]
async fn values_that_are_added_side_by_side_are_all_there_in_every_order() {
    let mut rng = fastrand::Rng::with_seed(7);
    let add = |programs: u8| -> Vec<Wish> { (0..programs).map(|n| Wish::Add(vec![n])).collect() };
    let mut all: Vec<(u8, Vec<usize>)> = Vec::new();
    for programs in [2, 3] {
        all.extend(
            orders(programs.into())
                .into_iter()
                .map(|order| (programs, order)),
        );
    }
    all.extend((0..200).map(|_| (10, random_order(&mut rng, 10))));
    for some in all.chunks(30) {
        // A zone that grows on and on is slow to refresh.
        for zone in Zone::both().await {
            for (n, (programs, order)) in some.iter().enumerate() {
                // The name is there already, or not.
                let name = format!("_acme-challenge.{n}");
                let there: &[u8] = if n % 3 == 2 { &[99] } else { &[] };
                zone.run(&name, there, &add(*programs), order).await;
                let all: Vec<u8> = (0..*programs).chain(there.iter().copied()).collect();
                let values = zone.values(&name).await;
                assert_eq!(
                    values,
                    texts(&all).collect(),
                    "{}: {order:?}",
                    zone.provider
                );
            }
        }
    }
}

/// Whatever was previewed, what counts is the wish and what is there when it is applied.
#[tokio::test(start_paused = true)]
async fn each_wish_is_granted_from_what_is_there_in_every_order() {
    let wishes = [
        Wish::Set(vec![1]),
        Wish::Set(vec![1, 2]),
        Wish::Add(vec![1]),
        Wish::Add(vec![2, 3]),
        Wish::Take(vec![1]),
        Wish::Take(vec![1, 2]),
        Wish::Remove,
    ];
    let pairs = wishes
        .iter()
        .flat_map(|one| wishes.iter().map(move |two| [one, two]));
    let mut all: Vec<(Vec<u8>, Vec<Wish>, Vec<usize>)> = Vec::new();
    for (pair, order) in
        pairs.flat_map(|pair| orders(2).into_iter().map(move |order| (pair, order)))
    {
        for there in [&[][..], &[1, 2]] {
            all.push((
                there.to_vec(),
                pair.map(Clone::clone).to_vec(),
                order.clone(),
            ));
        }
    }
    let mut rng = fastrand::Rng::with_seed(8);
    for _ in 0..4 {
        let three: Vec<Wish> = (0..3).map(|_| Wish::random(&mut rng)).collect();
        all.extend(
            orders(3)
                .into_iter()
                .map(|order| (vec![1], three.clone(), order)),
        );
    }
    for _ in 0..100 {
        let ten = (0..10).map(|_| Wish::random(&mut rng)).collect();
        all.push((vec![4], ten, random_order(&mut rng, 10)));
    }
    for some in all.chunks(60) {
        for zone in Zone::both().await {
            for (n, (there, wishes, order)) in some.iter().enumerate() {
                let name = format!("n{n}");
                let expected = zone.run(&name, there, wishes, order).await;
                let values = zone.values(&name).await;
                assert_eq!(
                    values, expected,
                    "{}: {there:?} {wishes:?} {order:?}",
                    zone.provider
                );
            }
        }
    }
}

/// Requests of ten programs come in any order, between the steps of the others.
#[tokio::test(start_paused = true)]
async fn ten_programs_that_run_at_once_lose_no_value() {
    let latencies = [1, 20, 300, 2_000].map(|ms| Fault::Latency(Duration::from_millis(ms)));
    for seed in 0..30 {
        for zone in Zone::both().await {
            zone.sandbox.faults().randomly(seed, 0.7, &latencies);
            let program = async |n: u8, is_validated: bool| -> Result<()> {
                let edit = || zone.edit(n.into());
                let name = "_acme-challenge.example.com.";
                edit()
                    .add(name, Rr::txts(texts(&[n])).ttl(60))
                    .preview()
                    .await?
                    .apply()
                    .await?;
                if is_validated {
                    let take = edit().take(name, Rr::txts(texts(&[n])));
                    take.preview().await?.apply().await?;
                }
                Ok(())
            };
            // Half of them take their value away again.
            let ended = join_all((0..10).map(|n| program(n, n % 2 == 0))).await;
            for result in ended {
                result.unwrap();
            }
            zone.sandbox.faults().clear();
            let values = zone.values("_acme-challenge").await;
            assert_eq!(
                values,
                texts(&[1, 3, 5, 7, 9]).collect(),
                "{} {seed}",
                zone.provider
            );
        }
    }
}

/// Who wishes the same as somebody else has no failure of it. Records one by one have no request that sets them all, so at
/// OVHcloud programs of one client take turns.
#[tokio::test(start_paused = true)]
async fn ten_programs_that_wish_the_same_have_it_once() {
    let latencies = [1, 20, 300, 2_000].map(|ms| Fault::Latency(Duration::from_millis(ms)));
    for seed in 0..20 {
        for zone in Zone::both().await {
            zone.sandbox.faults().randomly(seed, 0.7, &latencies);
            let program = async |n: usize| -> Result<()> {
                let edit = zone.edit(if zone.provider == "OVHcloud" { 0 } else { n });
                let edit = edit.set("one", Rr::txts(texts(&[1, 2])));
                let edit = match n % 3 {
                    0 => edit.remove("gone", "TXT"),
                    1 => edit.add("two", Rr::txts(texts(&[3])).ttl(60)),
                    _ => edit.add("two", Rr::txts(texts(&[3])).ttl(90)),
                };
                edit.preview().await?.apply().await.map(drop)
            };
            for result in join_all((0..10).map(program)).await {
                result.unwrap();
            }
            zone.sandbox.faults().clear();
            assert_eq!(zone.values("one").await, texts(&[1, 2]).collect(), "{seed}");
            assert_eq!(zone.values("two").await, texts(&[3]).collect(), "{seed}");
        }
    }
}

/// However an edit ends before its end, the same edit brings about the rest, and then there is nothing to do.
#[tokio::test(start_paused = true)]
async fn an_edit_that_was_cut_off_anywhere_comes_to_rest_when_it_is_applied_again() {
    let edit = |zone: &Zone| {
        zone.edit(0)
            .set("www", Rr::a(["203.0.113.2", "203.0.113.3"]).ttl(300))
            .set("alias", Rr::a(["203.0.113.4"]))
            .remove("alias", "CNAME")
            .add("token", Rr::txts(texts(&[1, 2])).ttl(60))
            .take("token", Rr::txts(texts(&[3])))
            .remove("gone", "TXT")
            .set("mail", Rr::txts(["v=spf1 -all", "site=1"]))
    };
    let faults = [
        // All that follows is lost, or one answer.
        (Fault::ResetAfterHandling, 1_000_000),
        (Fault::ResetBeforeHandling, 1_000_000),
        (Fault::NeverSent, 1_000_000),
        (Fault::ResetAfterHandling, 1),
        (Fault::Status(503), 1),
        (Fault::StatusAfterHandling(502), 1),
    ];
    for (fault, times) in faults {
        let mut cuts = [0; 2];
        for requests in 0.. {
            let mut is_over = true;
            for (zone, cut) in Zone::both().await.iter().zip(&mut cuts) {
                let before = zone
                    .edit(0)
                    .set("www", Rr::a(["203.0.113.1", "203.0.113.2"]))
                    .set("alias", Rr::cname("www"))
                    .set("token", Rr::txts(texts(&[3, 4])))
                    .set("gone", Rr::txt("x"));
                let before = match zone.provider {
                    "OVHcloud" => {
                        before.set("mail", Rr::new("SPF", ["v=spf1 include:mx.ovh.com ~all"]))
                    }
                    _ => before.set("mail", Rr::txt("v=spf1 include:mx.ovh.com ~all")),
                };
                before.preview().await.unwrap().apply().await.unwrap();
                tokio::time::sleep(Duration::from_secs(600)).await;

                let preview = edit(zone).preview().await.unwrap();
                let slow = Fault::Latency(Duration::ZERO);
                zone.sandbox.faults().times(requests, slow);
                zone.sandbox.faults().times(times, fault.clone());
                let is_cut = preview.apply().await.is_err();
                let is_met = zone.sandbox.faults().pending() < times;
                zone.sandbox.faults().clear();
                *cut += usize::from(is_cut);
                is_over &= !is_met;

                let text = format!("{} {fault:?} after {requests}", zone.provider);
                let again = edit(zone).preview().await.unwrap();
                again.apply().await.unwrap();
                let rest = edit(zone).preview().await.unwrap();
                assert!(rest.is_empty(), "{text}: {rest}");
                assert_eq!(
                    zone.values("token").await,
                    texts(&[1, 2, 4]).collect(),
                    "{text}"
                );
                let mail = ["v=spf1 -all".to_owned(), "site=1".to_owned()];
                assert_eq!(zone.values("mail").await, mail.into(), "{text}");
                assert_eq!(zone.values("gone").await, Values::new(), "{text}");
                tokio::time::sleep(Duration::from_secs(600)).await;
                assert!((zone.is_served)().await, "{text}");
            }
            if is_over {
                break;
            }
        }
        // Of the requests that change something some can be sent again, and those are cut off by none.
        assert!(
            cuts.iter().all(|cuts| *cuts >= 3),
            "{fault:?} {times}: {cuts:?}"
        );
    }
}
