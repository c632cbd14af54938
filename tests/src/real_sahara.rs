//! What Sahara does, as assertions that hold for a real server and for the sandbox alike.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::time::timeout;

mod catalog;
mod clusters;
mod data;
mod errors;
mod jobs;
mod logins;
mod pages;
mod templates;
mod tokens;
mod world;

pub use world::{Server, World};

/// What a case returns; it fails by panicking.
pub type Case<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A case and its name.
pub type Named = (&'static str, fn(&World) -> Case<'_>);

macro_rules! cases {
    ($($room:ident: $($case:ident)*;)*) => {
        &[$($((concat!(stringify!($room), "::", stringify!($case)), |world| Box::pin($room::$case(world)))),*),*]
    };
}

/// Every case by its name. Each cleans up behind itself, so that they can share a server.
pub const CASES: &[Named] = cases! {
    logins: every_kind_of_login_works a_wrong_login_is_refused a_token_is_exchanged_for_one_of_another_project;
    logins: both_versions_are_found an_endpoint_is_taken_as_given;
    catalog: plugins_and_their_versions labels_are_changed_by_administrators_only images_and_their_tags;
    catalog: types_of_jobs_and_their_hints;
    templates: the_life_of_a_node_group_template the_life_of_a_cluster_template;
    templates: what_others_make_public_is_seen_and_not_changed what_is_used_stays;
    data: the_life_of_a_data_source the_life_of_a_program the_life_of_a_job_binary the_life_of_a_job_template;
    pages: node_group_templates_come_whole cluster_templates_come_whole data_sources_come_whole;
    pages: job_binaries_and_templates_come_whole jobs_come_once;
    errors: every_shape_of_a_refusal what_is_wrong_in_a_body_is_told what_is_wrong_in_a_query_is_told;
    errors: what_does_not_exist_is_not_found what_only_one_version_has;
    clusters: the_life_of_a_cluster nodes_that_go_are_chosen_and_deletions_forced several_are_made_at_once;
    clusters: a_creation_that_fails a_quota_leaves_a_cluster_behind a_scaling_that_fails;
    clusters: application_credentials_and_trusts the_race_of_a_deletion;
    jobs: a_job_runs_and_ends jobs_are_cancelled_and_deleted what_a_job_needs_is_asked_for;
    jobs: a_job_waits_for_its_cluster;
};

/// Cases for a server whose tokens live for seconds.
pub const TOKEN_CASES: &[Named] = cases! {
    tokens: a_crowd_does_not_notice_that_tokens_end;
};

/// How long a case may take with real servers. A server that has lost its way would keep a waiter busy for an hour.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// Runs cases one after the other, says how each ends, and gives the names of those that fail.
pub fn run(runtime: &Runtime, world: &World, cases: &[Named]) -> Vec<&'static str> {
    let mut failed = Vec::new();
    for (name, case) in cases {
        let begun = Instant::now();
        // Nothing is looked at after a panic but the server's own state.
        let ended = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                // The time of the sandbox is simulated, and passes as fast as its cases wait.
                let limit = if world.is_real() {
                    LIMIT
                } else {
                    Duration::MAX
                };
                timeout(limit, case(world)).await.is_ok()
            })
        }));
        let outcome = match ended {
            Ok(true) => "ok",
            Ok(false) => "OVER TIME",
            Err(_) => "FAILED",
        };
        println!(
            "{outcome:<6} {:>6.1} s  {name}",
            begun.elapsed().as_secs_f64()
        );
        if outcome != "ok" {
            failed.push(*name);
        }
    }
    failed
}
