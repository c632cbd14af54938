//! What the service may answer one day is decoded today, and what it answers today is encoded again without loss.

use cross_crate_tests::exercise::{hetzner, ionos, ovh};

/// Keys that are known and left out on purpose: operation and key, or a key of any operation.
const LEFT_OUT: &[&str] = &[
    // Deprecated on 2024-08-29 for `floating_ips`, which says the same for each kind and location.
    "get_pricing: floating_ip",
    // Deprecated in 2026 for `deprecation`; read as well, and written only when there is a date in it.
    "load_balancer_type.deprecated",
    "get_load_balancer_type: deprecated",
    "list_load_balancer_types: deprecated",
];

fn is_left_out(lost: &str) -> bool {
    LEFT_OUT
        .iter()
        .any(|known| lost == *known || lost.starts_with(&format!("{known}.")) || lost.ends_with(&format!(": {known}")))
}

#[tokio::test]
async fn every_answer_of_hetzner_may_change() {
    let run = hetzner::taking_answers_apart().await.unwrap();
    assert!(run.failed.is_empty(), "{} of {} variants:\n{}", run.failed.len(), run.variants, run.failed.join("\n"));
    let lost: Vec<_> = run.lost.iter().filter(|key| !is_left_out(key)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    let operations = ::hetzner::ops::OPERATIONS.len();
    assert_eq!(run.sent.len(), operations);
    assert!(run.variants > operations * 10, "{}", run.variants);
    println!("{} calls, {} variants of their answers", run.calls, run.variants);
}

#[tokio::test]
async fn every_answer_of_ionos_may_change() {
    let run = ionos::taking_answers_apart().await.unwrap();
    assert!(run.failed.is_empty(), "{} of {} variants:\n{}", run.failed.len(), run.variants, run.failed.join("\n"));
    assert!(run.lost.is_empty(), "{:#?}", run.lost);
    let operations = ionos_dataplatform::ops::OPERATIONS.len();
    assert_eq!(run.sent.len(), operations);
    assert!(run.variants > operations * 10, "{}", run.variants);
}

#[tokio::test]
async fn every_answer_of_ovh_may_change() {
    let run = ovh::taking_answers_apart().await.unwrap();
    // Without the key itself, the answer to a request for one is worth nothing. A tag is given with a text.
    let needed = ["auth.credential with consumerKey null", "auth.credential with consumerKey left out"];
    let is_known = |failed: &str| {
        let what = failed.split(": ").next().unwrap_or_default();
        needed.contains(&what) || what.contains("iam.tags.") && what.ends_with(" null")
    };
    let (known, failed): (Vec<_>, Vec<_>) = run.failed.iter().partition(|failed| is_known(failed));
    assert!(needed.iter().all(|needed| known.iter().any(|known| known.starts_with(needed))), "{known:#?}");
    assert!(failed.is_empty(), "{} of {} variants:\n{failed:#?}", failed.len(), run.variants);
    assert!(run.lost.is_empty(), "{:#?}", run.lost);
    assert!(run.refused.is_empty(), "{:#?}", run.refused);
    let operations = ::ovh::ops::OPERATIONS.len();
    assert_eq!(run.sent.len(), operations);
    assert!(run.variants > operations * 10, "{}", run.variants);
    println!("{} calls, {} variants of their answers", run.calls, run.variants);
}
