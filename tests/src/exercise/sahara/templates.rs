use sahara::{Client, NodeGroupTemplateId, Sort};

use crate::exercise::Run;

pub(super) async fn node_groups(run: &mut Run, api: &Client) {
    let groups = api.node_group_templates();
    let made = run
        .call(
            groups
                .create("exercise", "fake", "0.1", "1", ["namenode"])
                .description("made"),
        )
        .await;
    let id = made.map_or_else(|| NodeGroupTemplateId::from("unknown"), |made| made.id);
    run.call(groups.list().plugin_name("fake").sort(Sort::NAME).page())
        .await;
    run.call(groups.get(&id)).await;
    run.call(groups.update(&id).description("exercised")).await;
    run.call(groups.export(&id)).await;
    run.call(groups.delete(&id)).await;
}
