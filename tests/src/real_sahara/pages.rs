//! More than thirty of everything, under every key that lists can be sorted by.

use sahara::{Sort, SwiftCredentials};

use super::clusters;
use super::world::{VERSIONS, World};

const MANY: usize = 31;

fn by_kind() -> Sort {
    Sort::by("type")
}

/// Whether the lists of a room have each of these ids once, whatever their order and the size of pages.
macro_rules! come_whole {
    ($list:expr, $ids:expr, [$($sort:expr),* $(,)?]) => {{
        let mut wanted = $ids;
        wanted.sort_unstable();
        for sort in [$($sort),*] {
            for sort in [sort.clone(), sort.descending()] {
                for size in [1, 7, 30, 31, 32] {
                    let all = $list.sort(sort.clone()).per_page(size).all().await.unwrap();
                    let mut ids: Vec<String> = all.into_iter().map(|item| item.id.to_string()).collect();
                    ids.retain(|id| wanted.contains(id));
                    ids.sort_unstable();
                    assert_eq!(ids, wanted, "{sort}, {size} a page");
                }
            }
        }
    }};
}

/// Makes many, holds their lists against them, and deletes them.
macro_rules! many {
    ($world:expr, |$api:ident, $number:ident| $create:expr, $room:ident, [$($sort:expr),* $(,)?]) => {
        for version in VERSIONS {
            let $api = $world.client(version).await;
            let mut ids = Vec::new();
            for $number in 0..MANY {
                ids.push($create.await.unwrap().id.to_string());
            }
            come_whole!($api.$room().list(), ids.clone(), [Sort::ID, $($sort),*]);
            for id in ids {
                $api.$room().delete(id).await.unwrap();
            }
        }
    };
}

pub(super) async fn node_group_templates_come_whole(world: &World) {
    many!(
        world,
        |api, number| api.node_group_templates().create(
            format!("many-{number}"),
            "fake",
            "0.1",
            "1",
            ["datanode"]
        ),
        node_group_templates,
        [
            Sort::NAME,
            Sort::by("plugin_name"),
            Sort::by("plugin_version"),
            Sort::by("created_at"),
            Sort::by("updated_at")
        ]
    );
}

pub(super) async fn cluster_templates_come_whole(world: &World) {
    many!(
        world,
        |api, number| api
            .cluster_templates()
            .create(format!("many-{number}"), "fake", "0.1"),
        cluster_templates,
        [
            Sort::NAME,
            Sort::by("plugin_name"),
            Sort::by("plugin_version"),
            Sort::by("created_at"),
            Sort::by("updated_at")
        ]
    );
}

pub(super) async fn data_sources_come_whole(world: &World) {
    many!(
        world,
        |api, number| api
            .data_sources()
            .create(format!("many-{number}"), "hdfs", "/many"),
        data_sources,
        [
            Sort::NAME,
            by_kind(),
            Sort::by("created_at"),
            Sort::by("updated_at")
        ]
    );
}

pub(super) async fn job_binaries_and_templates_come_whole(world: &World) {
    many!(
        world,
        |api, number| {
            let extra = SwiftCredentials::new("u", "p");
            api.job_binaries()
                .create(format!("many-{number}"), "swift://c/o")
                .credentials(extra)
        },
        job_binaries,
        [Sort::NAME, Sort::by("created_at"), Sort::by("updated_at")]
    );
    let api = world.client(sahara::Version::V2).await;
    let extra = SwiftCredentials::new("u", "p");
    let binary = api
        .job_binaries()
        .create("many-main", "swift://c/o")
        .credentials(extra)
        .await
        .unwrap();
    many!(
        world,
        |api, number| api
            .job_templates()
            .create(format!("many-{number}"), "Pig")
            .mains([&binary]),
        job_templates,
        [
            Sort::NAME,
            by_kind(),
            Sort::by("created_at"),
            Sort::by("updated_at")
        ]
    );
    api.job_binaries().delete(&binary).await.unwrap();
    let old = world.client(sahara::Version::V1_1).await;
    let mut ids = Vec::new();
    for number in 0..MANY {
        ids.push(
            old.job_binary_internals()
                .upload(format!("many-{number}"), "x")
                .await
                .unwrap()
                .id
                .to_string(),
        );
    }
    let sorts = [Sort::NAME, Sort::by("created_at"), Sort::by("updated_at")];
    let [name, created, updated] = sorts;
    come_whole!(
        old.job_binary_internals().list(),
        ids.clone(),
        [Sort::ID, name, created, updated]
    );
    for id in ids {
        old.job_binary_internals().delete(id).await.unwrap();
    }
}

/// The second page of jobs begins with the last one of the first page.
pub(super) async fn jobs_come_once(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let cluster = clusters::small(&api, "pages").await;
        let template = super::jobs::script(&api, "pages", "Shell").await;
        let mut ids = Vec::new();
        for _ in 0..MANY {
            ids.push(
                api.jobs()
                    .run(&template, &cluster.id)
                    .await
                    .unwrap()
                    .into_answer()
                    .id
                    .to_string(),
            );
        }
        come_whole!(api.jobs().list(), ids.clone(), [Sort::ID]);
        for id in &ids {
            api.jobs().delete(id.as_str()).await.unwrap();
        }
        for id in &ids {
            api.jobs().wait_gone(id.as_str()).await.unwrap();
        }
        super::jobs::remove_script(&api, &template).await;
        clusters::remove(&api, &cluster).await;
    }
}
