use cloud_sandbox::sahara::UNREGISTERED_IMAGE;
use sahara::{Client, Version};

use crate::exercise::Run;

pub(super) async fn all(run: &mut Run, api: &Client) {
    plugins(run, api).await;
    images(run, api).await;
}

async fn plugins(run: &mut Run, api: &Client) {
    let plugins = api.plugins();
    run.call(plugins.list().page()).await;
    run.call(plugins.get("fake")).await;
    run.call(plugins.get_version("fake", "0.1")).await;
    run.call(plugins.update("fake").label("enabled", true))
        .await;
    if api.version() == Version::V1_1 {
        // No plugin that is still there can do this.
        run.call(plugins.convert_config("fake", "0.1", "exercise", "{}"))
            .await;
    }
}

async fn images(run: &mut Run, api: &Client) {
    let images = api.images();
    run.call(
        images
            .register(UNREGISTERED_IMAGE, "debian")
            .description("made"),
    )
    .await;
    if api.version() == Version::V1_1 {
        run.call(images.tag(UNREGISTERED_IMAGE, ["fake", "0.1"]))
            .await;
    } else {
        run.call(images.set_tags(UNREGISTERED_IMAGE, ["fake", "0.1"]))
            .await;
        run.call(images.tags(UNREGISTERED_IMAGE)).await;
    }
    run.call(images.list().tag("fake").page()).await;
    run.call(images.get(UNREGISTERED_IMAGE)).await;
    if api.version() == Version::V1_1 {
        run.call(images.untag(UNREGISTERED_IMAGE, ["0.1"])).await;
    } else {
        run.call(images.delete_tags(UNREGISTERED_IMAGE)).await;
    }
    run.call(images.unregister(UNREGISTERED_IMAGE)).await;
}
