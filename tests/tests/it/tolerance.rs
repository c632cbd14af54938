//! What the service may answer one day is decoded today, and what it answers today is encoded again without loss.

use cross_crate_tests::exercise::{hetzner, hetzner_robot, ionos, ovh, sahara, vdk};

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
    LEFT_OUT.iter().any(|known| {
        lost == *known
            || lost.starts_with(&format!("{known}."))
            || lost.ends_with(&format!(": {known}"))
    })
}

/// What is given as it came, whatever it is, so that a list in its place is no error: raw JSON, and keys that are left
/// out on purpose.
const KEPT: &[&str] = &[
    "get_pricing with pricing.floating_ip",
    // Two forms are known, of which one is a list.
    "versionsGet with  as a list",
    "clustersKubeconfigFindByClusterId with ",
    // The caller's own GraphQL.
    "jobsQuery with data.content.",
    "export_node_group_template with node_group_template.node_configs",
    "export_cluster_template with cluster_template.cluster_configs",
    "get_job_config_hints with job_config.configs",
    // Of no use to anybody but the engine of the job.
    "job_execution.info ",
    "job_executions.0.info ",
    "job.info ",
    "jobs.0.info ",
    "job.extra ",
    // Of several clusters that are created only the ids are read.
    "create_cluster with clusters.0.cluster.",
    // Robot writes an object without keys as a list.
    "with firewall.rules ",
    "with firewall_template.rules ",
    "with mac.possible_mac ",
    "with traffic.data ",
    "job_configs.job_execution_info ",
];

/// Takes out what may be so.
fn without_kept(failed: &mut Vec<String>) {
    let is_kept = |failed: &String| {
        failed.ends_with(" as a list: passes") && KEPT.iter().any(|kept| failed.contains(kept))
    };
    failed.retain(|failed| !is_kept(failed));
}

#[tokio::test]
async fn every_answer_of_hetzner_may_change() {
    let mut run = hetzner::taking_answers_apart().await.unwrap();
    without_kept(&mut run.failed);
    assert!(
        run.failed.is_empty(),
        "{} of {} variants:\n{}",
        run.failed.len(),
        run.variants,
        run.failed.join("\n")
    );
    let lost: Vec<_> = run.lost.iter().filter(|key| !is_left_out(key)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    let operations = ::hetzner::ops::OPERATIONS.len();
    assert_eq!(run.sent.len(), operations);
    assert!(run.variants > operations * 10, "{}", run.variants);
    println!(
        "{} calls, {} variants of their answers",
        run.calls, run.variants
    );
}

/// Keys of Robot's answers that are left out on purpose: nothing else than 64 bits has been offered for years, these panels
/// are not in its documentation any more, `dist` is the old name of `os`, and a price that was paid does not fall.
const LEFT_OUT_OF_ROBOT: &[&str] = &[
    "arch",
    "@deprecated arch",
    "plesk",
    "cpanel",
    "windows_activate: dist",
    "windows_deactivate: dist",
    "windows_get: dist",
    "market_order: product.fixed_price",
    "market_transaction: product.fixed_price",
];

#[tokio::test]
async fn every_answer_of_robot_may_change() {
    let mut run = hetzner_robot::taking_answers_apart().await.unwrap();
    without_kept(&mut run.failed);
    assert!(
        run.failed.is_empty(),
        "{} of {} variants:\n{}",
        run.failed.len(),
        run.variants,
        run.failed.join("\n")
    );
    assert!(run.refused.is_empty(), "{:#?}", run.refused);
    let is_left_out = |lost: &&String| {
        let key = lost.rsplit([' ', '.']).next().unwrap_or_default();
        let words = LEFT_OUT_OF_ROBOT.iter();
        words
            .clone()
            .any(|word| *word == key || lost.ends_with(word))
    };
    let lost: Vec<_> = run.lost.iter().filter(|lost| !is_left_out(lost)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    let operations = ::hetzner::robot::ops::OPERATIONS.len();
    assert_eq!((run.sent.len(), operations), (89, 89));
    assert!(run.variants > operations * 10, "{}", run.variants);
}

#[tokio::test]
async fn every_answer_of_ionos_may_change() {
    let mut run = ionos::taking_answers_apart().await.unwrap();
    without_kept(&mut run.failed);
    assert!(
        run.failed.is_empty(),
        "{} of {} variants:\n{}",
        run.failed.len(),
        run.variants,
        run.failed.join("\n")
    );
    assert!(run.lost.is_empty(), "{:#?}", run.lost);
    let operations = ionos_dataplatform::ops::OPERATIONS.len();
    assert_eq!(run.sent.len(), operations);
    assert!(run.variants > operations * 10, "{}", run.variants);
}

#[tokio::test]
async fn every_answer_of_vdk_control_may_change() {
    let mut run = vdk::taking_answers_apart().await.unwrap();
    without_kept(&mut run.failed);
    assert!(
        run.failed.is_empty(),
        "{} of {} variants:\n{}",
        run.failed.len(),
        run.variants,
        run.failed.join("\n")
    );
    // Lists are wrapped in `data`, and spell their keys otherwise than they are encoded; the crate's own tests of its
    // models hold those against each other.
    let lost: Vec<_> = run
        .lost
        .iter()
        .filter(|key| !key.starts_with("jobsQuery: "))
        .collect();
    assert!(lost.is_empty(), "{lost:#?}");
    let operations = vdk_control::ops::OPERATIONS.len();
    assert_eq!((run.sent.len(), operations), (30, 30));
    assert!(run.variants > 200, "{}", run.variants);
}

/// Keys of Sahara's answers that are left out on purpose, of any operation.
const LEFT_OUT_OF_SAHARA: &[&str] = &[
    // The same as `engine_job_id`.
    "oozie_job_id",
    // Of the arguments of a template, the id of the template that they are in.
    "interface.job_id",
    // Whatever was said about a schedule is lost, so that nothing is ever in it.
    "job_configs.job_execution_info",
    // Internals of the service that only single jobs of v2 show.
    "extra",
    // Words of v1.1 that are written in those of v2.
    "tenant_id",
    "interface.tenant_id",
    "mains.tenant_id",
    // Of the steps of a cluster, the project of the cluster.
    "provision_progress.tenant_id",
    "provision_progress.project_id",
    "hadoop_version",
    "job_id",
];

#[tokio::test]
async fn every_answer_of_sahara_may_change() {
    use ::sahara::{Version, ops};
    for (version, operations) in [
        (Version::V1_1, ops::v1_1::OPERATIONS),
        (Version::V2, ops::v2::OPERATIONS),
    ] {
        let mut run = sahara::taking_answers_apart(version).await.unwrap();
        without_kept(&mut run.failed);
        assert!(
            run.failed.is_empty(),
            "{} of {} variants:\n{}",
            run.failed.len(),
            run.variants,
            run.failed.join("\n")
        );
        let is_left_out = |lost: &str| {
            LEFT_OUT_OF_SAHARA
                .iter()
                .any(|key| lost.ends_with(&format!(": {key}")))
        };
        let lost: Vec<_> = run.lost.iter().filter(|key| !is_left_out(key)).collect();
        assert!(lost.is_empty(), "{version}: {lost:#?}");
        // What a version does wrong is asked of the other one, so that more may be sent than the version has.
        assert!(
            operations
                .iter()
                .all(|operation| run.sent.contains(operation.id)),
            "{version}: {:?}",
            run.sent
        );
        assert!(
            run.variants > run.calls * 10,
            "{} variants of {} answers",
            run.variants,
            run.calls
        );
    }
}

#[tokio::test]
async fn every_answer_of_ovh_may_change() {
    let run = ovh::taking_answers_apart().await.unwrap();
    // Without the key itself, the answer to a request for one is worth nothing.
    let needed = [
        "auth.credential with consumerKey null",
        "auth.credential with consumerKey left out",
    ];
    let is_known = |failed: &str| needed.contains(&failed.split(": ").next().unwrap_or_default());
    let (known, failed): (Vec<_>, Vec<_>) = run.failed.iter().partition(|failed| is_known(failed));
    assert!(
        needed
            .iter()
            .all(|needed| known.iter().any(|known| known.starts_with(needed))),
        "{known:#?}"
    );
    assert!(
        failed.is_empty(),
        "{} of {} variants:\n{failed:#?}",
        failed.len(),
        run.variants
    );
    assert!(run.lost.is_empty(), "{:#?}", run.lost);
    assert!(run.refused.is_empty(), "{:#?}", run.refused);
    let operations = ::ovh::ops::OPERATIONS.len();
    assert_eq!(run.sent.len(), operations);
    assert!(run.variants > operations * 10, "{}", run.variants);
    println!(
        "{} calls, {} variants of their answers",
        run.calls, run.variants
    );
}
