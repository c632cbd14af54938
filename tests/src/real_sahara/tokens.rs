use std::time::Duration;

use sahara::Version;

use super::world::World;

pub(super) async fn a_crowd_does_not_notice_that_tokens_end(world: &World) {
    for login in [World::demo(), world.credential(true)] {
        // What waits longer in the server's queue than its token lives is refused there; so the crowd waits on this side.
        let cloud = world.cloud(login).max_in_flight(8).build().unwrap();
        let api = cloud.data_processing().version(Version::V2).await.unwrap();
        let before = world.logins();
        let mut crowd = 0;
        for _ in 0..5 {
            let calls: Vec<_> = (0..200)
                .map(|number| {
                    let api = api.clone();
                    tokio::spawn(async move {
                        if number % 20 > 0 {
                            return api
                                .job_types()
                                .list()
                                .kind("Pig")
                                .plugin_name("fake")
                                .page()
                                .await
                                .map(drop);
                        }
                        // A change is sent again as well when its token has ended: it was not carried out.
                        let sources = api.data_sources();
                        let made = sources
                            .create(format!("crowd-{number}"), "hdfs", "/crowd")
                            .await?;
                        sources.delete(&made).await
                    })
                })
                .collect();
            for call in calls {
                call.await.unwrap().unwrap();
                crowd += 1;
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        let logins = world.logins() - before;
        assert!(
            crowd == 1000 && (2..30).contains(&logins),
            "{logins} logins"
        );
        assert!(api.data_sources().list().all().await.unwrap().is_empty());
    }
}
