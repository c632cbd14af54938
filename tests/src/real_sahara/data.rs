use cloud_core::request::CallOptions;
use sahara::{
    Argument, Body, Client, DataSourceType, JobType, S3Credentials, SwiftCredentials, Version,
};

use super::templates::details;
use super::world::{VERSIONS, World};

pub(super) async fn the_life_of_a_data_source(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let sources = api.data_sources();
        let made = sources
            .create("ds-in", DataSourceType::Hdfs, "/user/in")
            .description("d")
            .await
            .unwrap();
        assert_eq!(
            (&made.project_id, &made.kind),
            (api.project_id().unwrap(), &DataSourceType::Hdfs)
        );
        assert!(
            sources
                .create("ds-in", "hdfs", "/x")
                .await
                .unwrap_err()
                .is_conflict()
        );
        let keys = S3Credentials::new("a", "s")
            .endpoint("e")
            .ssl(true)
            .bucket_in_path(false);
        let s3 = sources
            .create("ds-s3", "s3", "s3://b/o")
            .credentials(keys)
            .await
            .unwrap();
        let changed = sources
            .update(&made)
            .name("ds-in-2")
            .url("hdfs://nn/in")
            .description("")
            .await
            .unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.description.as_deref()),
            ("ds-in-2", Some(""))
        );
        assert_eq!(sources.find("ds-in-2").await.unwrap().unwrap().id, made.id);
        assert_eq!(
            sources.find(made.id.as_str()).await.unwrap().unwrap().url,
            "hdfs://nn/in"
        );
        assert_eq!(sources.list().kind("s3").all().await.unwrap().len(), 1);
        sources.update(&made).is_protected(true).await.unwrap();
        assert!(details(&sources.delete(&made).await.unwrap_err()).is_protected());
        sources.update(&made).is_protected(false).await.unwrap();
        sources.delete(&made).await.unwrap();
        sources.delete(&s3).await.unwrap();
        assert!(sources.get(&made).await.unwrap_err().is_not_found());
        let refused = sources
            .create("ds-out", "swift", "swift://c/o")
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Some("INVALID_CREDENTIALS"), "{refused}");
    }
}

/// A client of v1.1, the only version that keeps programs.
async fn keeper(world: &World) -> Client {
    world.client(Version::V1_1).await
}

pub(super) async fn the_life_of_a_program(world: &World) {
    let api = keeper(world).await;
    let programs = api.job_binary_internals();
    // Every byte there is: the service calls it all text.
    let program: Vec<u8> = (0..700_000_u32)
        .map(|number| number.to_le_bytes()[0])
        .collect();
    let body = Body::from_reader(std::io::Cursor::new(program.clone()), program.len() as u64);
    let kept = programs.upload("count.jar", body).await.unwrap();
    assert_eq!(kept.datasize, 700_000);
    let taken = programs.upload("count.jar", "x").await.unwrap_err();
    assert!(
        taken.is_conflict() && taken.code() == Some("DB_DUPLICATE_ENTRY"),
        "{taken}"
    );
    let most = 5120 * 1024;
    let largest = programs.upload("most", vec![1; most]).await.unwrap();
    assert_eq!(largest.datasize, 5_242_880);
    let refused = programs
        .upload("more", vec![1; most + 1])
        .options(CallOptions::unchecked)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("DATA_TOO_BIG"), "{refused}");
    let refused = programs
        .upload("none", "")
        .options(CallOptions::unchecked)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("BAD_JOB_BINARY"), "{refused}");
    assert_eq!(programs.data(&kept).await.unwrap(), program);
    assert_eq!(programs.update(&kept).name("b").await.unwrap().name, "b");
    assert_eq!(programs.find("b").await.unwrap().unwrap().id, kept.id);
    assert_eq!(programs.get(&kept).await.unwrap().datasize, 700_000);
    programs.delete(&kept).await.unwrap();
    programs.delete(&largest).await.unwrap();
    assert!(programs.find("b").await.unwrap().is_none());
}

pub(super) async fn the_life_of_a_job_binary(world: &World) {
    let old = keeper(world).await;
    let kept = old
        .job_binary_internals()
        .upload("jb.sh", "echo")
        .await
        .unwrap();
    for version in VERSIONS {
        let api = world.client(version).await;
        let binaries = api.job_binaries();
        let binary = binaries.create("jb-count", kept.url()).await.unwrap();
        // v2 always fails with 500 here, so that v1.1 is asked whichever is spoken.
        assert_eq!(binaries.data(&binary).await.unwrap(), "echo");
        assert!(
            binaries
                .create("jb-count", kept.url())
                .await
                .unwrap_err()
                .is_conflict()
        );
        let moved = binaries
            .update(&binary)
            .url("swift://c/o")
            .await
            .unwrap_err();
        assert_eq!(moved.code(), Some("UPDATE_FAILED"), "{moved}");
        let renamed = binaries
            .update(&binary)
            .name("jb-other")
            .description("d")
            .await
            .unwrap();
        assert_eq!(
            binaries.find(renamed.name).await.unwrap().unwrap().id,
            binary.id
        );
        let extra = SwiftCredentials::new("u", "p");
        let swift = binaries
            .create("jb-swift", "swift://c/o")
            .credentials(extra)
            .await
            .unwrap();
        assert_eq!(binaries.get(&swift).await.unwrap().url, swift.url);
        let refused = binaries
            .create("jb-none", "swift://c/o")
            .options(CallOptions::unchecked)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Some("BAD_JOB_BINARY"), "{refused}");
        let template = api
            .job_templates()
            .create("jb-t", "Pig")
            .mains([&binary])
            .await
            .unwrap();
        let used = binaries.delete(&binary).await.unwrap_err();
        assert!(details(&used).is_in_use(), "{used}");
        api.job_templates().delete(&template).await.unwrap();
        binaries.delete(&binary).await.unwrap();
        binaries.delete(&swift).await.unwrap();
        assert!(binaries.get(&swift).await.unwrap_err().is_not_found());
    }
    old.job_binary_internals().delete(&kept).await.unwrap();
}

pub(super) async fn the_life_of_a_job_template(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let extra = SwiftCredentials::new("u", "p");
        let binary = api
            .job_binaries()
            .create("jt-script", "swift://c/o")
            .credentials(extra)
            .await
            .unwrap();
        let templates = api.job_templates();
        let arguments = [
            Argument::positional("day", 0).default("x"),
            Argument::param("n", "N").number().optional(),
        ];
        let create = templates
            .create("jt-shell", JobType::Shell)
            .interface(arguments)
            .description("d");
        let made = create.mains([&binary]).await.unwrap();
        assert_eq!(
            (made.interface.len(), made.mains.len(), &made.kind),
            (2, 1, &JobType::Shell)
        );
        let taken = templates
            .create("jt-shell", JobType::Shell)
            .mains([&binary])
            .await
            .unwrap_err();
        assert!(taken.is_conflict(), "{taken}");
        let changed = templates
            .update(&made)
            .name("jt-renamed")
            .description("e")
            .await
            .unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.description.as_deref()),
            ("jt-renamed", Some("e"))
        );
        assert_eq!(
            templates.find("jt-renamed").await.unwrap().unwrap().id,
            made.id
        );
        assert_eq!(templates.get(&made).await.unwrap().name, "jt-renamed");
        let listed = templates.list().kind(JobType::Shell).all().await.unwrap();
        assert!(listed.iter().any(|listed| listed.id == made.id));
        let missing = templates
            .create("jt-none", JobType::Pig)
            .options(CallOptions::unchecked)
            .await
            .unwrap_err();
        assert!(missing.is_invalid_input(), "{missing}");
        templates.delete(&made).await.unwrap();
        assert!(templates.get(&made).await.unwrap_err().is_not_found());
        api.job_binaries().delete(&binary).await.unwrap();
    }
}
