//! Pages, order and filters of Sahara's lists, with the defects that the real server has there.

use crate::common;

use crate::common::openstack::{Cloud, cluster};
use serde_json::{Value, json};

fn column<'r>(reply: &'r common::Reply, key: &str, name: &str) -> Vec<&'r str> {
    reply.ok(200)[key]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row[name].as_str().unwrap())
        .collect()
}

/// Follows the markers to the end, and gives the names on each page.
async fn pages(cloud: &Cloud, path: &str, key: &str, name: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut marker = String::new();
    for _ in 0..20 {
        let reply = cloud.get(&format!("{path}{marker}")).await;
        pages.push(
            column(&reply, key, name)
                .into_iter()
                .map(str::to_owned)
                .collect(),
        );
        match reply.json["markers"]["next"].as_str() {
            Some(next) => marker = format!("&marker={next}"),
            None => return pages,
        }
    }
    panic!("the pages have no end: {pages:?}");
}

async fn templates(count: usize) -> Cloud {
    let cloud = Cloud::new().await;
    for number in 0..count {
        cloud
            .node_group_template(&format!("t{number}"), "namenode")
            .await;
    }
    cloud
}

#[tokio::test]
async fn pages_follow_each_other_by_markers() {
    let cloud = templates(5).await;
    let path = "/v2/node-group-templates?limit=2&sort_by=name";
    let first = cloud.get(path).await;
    let rows = first.ok(200)["node_group_templates"].as_array().unwrap();
    assert_eq!(
        first.json["markers"],
        json!({"prev": null, "next": rows[1]["id"]})
    );
    let second = cloud
        .get(&format!(
            "{path}&marker={}",
            rows[1]["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(
        column(&second, "node_group_templates", "name"),
        ["t2", "t3"]
    );
    // There is a page before this one, but it does not say so.
    assert_eq!(second.json["markers"]["prev"], Value::Null);
    let marker = second.json["markers"]["next"].as_str().unwrap();
    let third = cloud.get(&format!("{path}&marker={marker}")).await;
    assert_eq!(column(&third, "node_group_templates", "name"), ["t4"]);
    assert_eq!(
        third.json["markers"],
        json!({"prev": rows[1]["id"], "next": null})
    );

    let whole = cloud.get("/v2/node-group-templates?limit=5").await;
    assert_eq!(whole.ok(200).get("markers"), None);
    let last = column(&whole, "node_group_templates", "id")[4].to_owned();
    let after = cloud
        .get(&format!("/v1.1/node-group-templates?marker={last}"))
        .await;
    assert_eq!(
        after.ok(200),
        &json!({"node_group_templates": [], "markers": {"prev": null, "next": null}})
    );
}

#[tokio::test]
async fn a_last_page_can_be_empty() {
    let cloud = templates(6).await;
    let pages = pages(
        &cloud,
        "/v2/node-group-templates?limit=2&sort_by=-name",
        "node_group_templates",
        "name",
    )
    .await;
    assert_eq!(
        pages,
        [vec!["t5", "t4"], vec!["t3", "t2"], vec!["t1", "t0"], vec![]]
    );
}

#[tokio::test]
async fn an_order_by_what_is_not_unique_loses_rows() {
    let cloud = templates(6).await;
    let by_plugin = "/v2/node-group-templates?limit=2&sort_by=plugin_name";
    let found = pages(&cloud, by_plugin, "node_group_templates", "name").await;
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0, 0, 0]);
    // Nothing is before or after what has no value.
    let by_change = "/v2/node-group-templates?limit=2&sort_by=updated_at";
    let found = pages(&cloud, by_change, "node_group_templates", "name").await;
    assert_eq!(found.len(), 4);
    assert!(
        found
            .iter()
            .all(|page| page == &found[0] && page.len() == 2),
        "{found:?}"
    );
}

#[tokio::test]
async fn jobs_repeat_the_marker() {
    let cloud = Cloud::new().await;
    let cluster = cloud.cluster("c1").await;
    let binary =
        json!({"name": "b", "url": "swift://c/x", "extra": {"user": "u", "password": "p"}});
    let binary = cloud.post("/v2/job-binaries", binary).await.ok(202)["job_binary"]["id"].clone();
    let template = cloud
        .post(
            "/v2/job-templates",
            json!({"name": "sh", "type": "Shell", "mains": [binary]}),
        )
        .await;
    let template = template.ok(202)["job_template"]["id"].clone();
    for _ in 0..5 {
        cloud
            .post(
                "/v2/jobs",
                json!({"cluster_id": cluster, "job_template_id": template}),
            )
            .await
            .ok(202);
    }
    let found = pages(&cloud, "/v2/jobs?limit=2", "jobs", "id").await;
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2]);
    assert_eq!(found[0][1], found[1][0]);
    // All of these are accepted, and none of them is a column.
    for key in ["job_template", "cluster", "status"] {
        cloud
            .get(&format!("/v2/jobs?sort_by={key}"))
            .await
            .refused_as(500, "INTERNAL_SERVER_ERROR");
    }
    let by_cluster = cloud
        .get("/v1.1/job-executions?cluster.name=c1&job.name=sh&status=pending")
        .await;
    assert_eq!(
        by_cluster.ok(200)["job_executions"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    assert_eq!(
        cloud
            .get("/v1.1/job-executions?cluster.name=c2")
            .await
            .ok(200),
        &json!({"job_executions": []})
    );
}

#[tokio::test]
async fn bad_parameters_have_a_number_for_a_name() {
    let cloud = templates(1).await;
    for query in [
        "limit=0",
        "limit=-1",
        "limit=many",
        "sort_by=bogus",
        "sort_by=plugin_version",
    ] {
        let reply = cloud
            .get(&format!("/v2/node-group-templates?{query}"))
            .await;
        assert_eq!(reply.ok(400)["error_name"], 400, "{query}");
        assert!(reply.text.contains("Error ID: "), "{}", reply.text);
    }
    let gone = "00000000-0000-0000-0000-00000000dead";
    cloud
        .get(&format!("/v1.1/data-sources?marker={gone}"))
        .await
        .refused_as(404, "NOT_FOUND");
    cloud
        .get(&format!("/v2/job-binaries?marker={gone}"))
        .await
        .refused_as(404, "NOT_FOUND");
    // This list takes any marker, and forgets about one that it does not know.
    cloud
        .get(&format!("/v1.1/job-binaries?marker={gone}"))
        .await
        .ok(200);
}

#[tokio::test]
async fn clusters_are_sorted_by_columns_that_nobody_checks_in_version_two() {
    let cloud = Cloud::new().await;
    let template = cloud.cluster_template("ct").await;
    for name in ["b", "a"] {
        cloud
            .post("/v2/clusters", cluster(name, &template))
            .await
            .ok(202);
    }
    let reply = cloud.get("/v2/clusters?sort_by=-name").await;
    assert_eq!(column(&reply, "clusters", "name"), ["b", "a"]);
    cloud
        .get("/v2/clusters?sort_by=hadoop_version")
        .await
        .ok(200);
    cloud
        .get("/v2/clusters?sort_by=plugin_version")
        .await
        .refused_as(500, "INTERNAL_SERVER_ERROR");
    assert_eq!(
        cloud
            .get("/v1.1/clusters?sort_by=plugin_version")
            .await
            .ok(400)["error_name"],
        400
    );
    assert_eq!(
        column(
            &cloud.get("/v2/clusters?name=a&plugin_version=0.1").await,
            "clusters",
            "name"
        ),
        ["a"]
    );
    assert_eq!(
        column(
            &cloud
                .get("/v1.1/clusters?status=Validating&is_public=False")
                .await,
            "clusters",
            "name"
        )
        .len(),
        2
    );
}

#[tokio::test]
async fn public_objects_of_others_are_in_lists() {
    let cloud = templates(2).await;
    let list = cloud.get("/v2/node-group-templates?name=t1").await;
    let id = column(&list, "node_group_templates", "id")[0].to_owned();
    cloud
        .call(
            "PATCH",
            &format!("/v2/node-group-templates/{id}"),
            json!({"is_public": true}),
        )
        .await
        .ok(202);
    let other = cloud.as_user("demo", "other").await;
    other.node_group_template("own", "namenode").await;
    let names = other.get("/v2/node-group-templates?sort_by=name").await;
    assert_eq!(
        column(&names, "node_group_templates", "name"),
        ["own", "t1"]
    );
}
