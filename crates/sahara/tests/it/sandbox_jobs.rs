//! Data sources, programs and jobs of the client against the stateful sandbox, in both versions.

use std::time::Duration;

use crate::common::VERSIONS_OF_THE_API;
use cloud_sandbox::{Fault, Sandbox, keystone};
use sahara::keystone::{Project, User};
use sahara::{
    ApiError, Argument, Body, Client, Cloud, DataSourceType, ErrorKind, Job, JobStatus,
    JobTemplate, JobType, Login, S3Credentials, Sort, SwiftCredentials, Version,
};

async fn client(sandbox: &Sandbox, version: Version) -> Client {
    let login = Login::password(
        User::named("demo", "Default"),
        "demo-pw",
        Project::named("demo", "Default"),
    );
    let cloud = Cloud::builder()
        .auth_url("https://cloud.test:5000")
        .login(login)
        .transport(sandbox.openstack());
    let cloud = cloud
        .clock(cloud_core::test_util::PausedClock::new())
        .build()
        .unwrap();
    cloud.data_processing().version(version).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_life_of_a_data_source() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, version).await;
        let sources = api.data_sources();
        let made = sources
            .create("in", DataSourceType::Hdfs, "/user/in")
            .description("d")
            .await
            .unwrap();
        assert_eq!(
            (made.project_id.as_str(), &made.kind),
            (keystone::DEMO_PROJECT, &DataSourceType::Hdfs)
        );
        assert!(
            sources
                .create("in", "hdfs", "/x")
                .await
                .unwrap_err()
                .is_conflict()
        );
        let keys = S3Credentials::new("a", "s")
            .endpoint("e")
            .ssl(true)
            .bucket_in_path(false);
        sources
            .create("s3", "s3", "s3://b/o")
            .credentials(keys)
            .await
            .unwrap();
        let changed = sources
            .update(&made)
            .name("in-2")
            .url("hdfs://nn/in")
            .description("")
            .await
            .unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.description.as_deref()),
            ("in-2", Some(""))
        );
        assert_eq!(sources.find("in-2").await.unwrap().unwrap().id, made.id);
        assert_eq!(
            sources.find(made.id.as_str()).await.unwrap().unwrap().url,
            "hdfs://nn/in"
        );
        assert_eq!(sources.list().kind("s3").all().await.unwrap().len(), 1);
        assert_eq!(
            sources
                .list()
                .sort(Sort::by("type").descending())
                .per_page(1)
                .all()
                .await
                .unwrap()[0]
                .name,
            "s3"
        );
        sources.delete(&made).await.unwrap();
        assert!(sources.get(&made).await.unwrap_err().is_not_found());
        // Whether Swift needs credentials is for the service to say.
        let refused = sources
            .create("out", "swift", "swift://c/o")
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Some("INVALID_CREDENTIALS"));
    }
}

#[tokio::test(start_paused = true)]
async fn programs_go_into_the_database_and_come_back() {
    let sandbox = Sandbox::new();
    let old = client(&sandbox, Version::V1_1).await;
    let program: Vec<u8> = (0..700_000_u32)
        .map(|number| number.to_le_bytes()[0])
        .collect();
    let body = Body::from_reader(std::io::Cursor::new(program.clone()), program.len() as u64);
    let kept = old
        .job_binary_internals()
        .upload("count.jar", body)
        .await
        .unwrap();
    assert_eq!(kept.datasize, 700_000);
    let taken = old
        .job_binary_internals()
        .upload("count.jar", "x")
        .await
        .unwrap_err();
    assert!(
        taken.is_conflict() && taken.code() == Some("DB_DUPLICATE_ENTRY"),
        "{taken}"
    );
    let most = 5120 * 1024;
    old.job_binary_internals()
        .upload("most", vec![1; most])
        .await
        .unwrap();
    let more = old.job_binary_internals().upload("more", vec![1; most + 1]);
    let refused = more
        .options(cloud_core::request::CallOptions::unchecked)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("DATA_TOO_BIG"));
    for version in VERSIONS_OF_THE_API {
        let api = client(&sandbox, version).await;
        let binary = api
            .job_binaries()
            .create(format!("count-{version}"), kept.url())
            .await
            .unwrap();
        assert_eq!(api.job_binaries().data(&binary).await.unwrap(), program);
        let moved = api
            .job_binaries()
            .update(&binary)
            .url("swift://c/o")
            .await
            .unwrap_err();
        assert_eq!(moved.code(), Some("UPDATE_FAILED"));
        let renamed = api
            .job_binaries()
            .update(&binary)
            .name(format!("other-{version}"))
            .await
            .unwrap();
        assert_eq!(
            api.job_binaries()
                .find(renamed.name)
                .await
                .unwrap()
                .unwrap()
                .id,
            binary.id
        );
        let template = api
            .job_templates()
            .create(format!("t-{version}"), "Pig")
            .mains([&binary])
            .await
            .unwrap();
        let used = api.job_binaries().delete(&binary).await.unwrap_err();
        assert!(used.api::<ApiError>().unwrap().is_in_use(), "{used}");
        api.job_templates().delete(&template).await.unwrap();
        api.job_binaries().delete(&binary).await.unwrap();
    }
    assert_eq!(
        old.job_binary_internals().data(&kept).await.unwrap(),
        program
    );
    assert_eq!(
        old.job_binary_internals()
            .update(&kept)
            .name("b")
            .await
            .unwrap()
            .name,
        "b"
    );
    old.job_binary_internals().delete(&kept).await.unwrap();
    assert!(
        old.job_binary_internals()
            .find("b")
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        old.job_binary_internals().list().all().await.unwrap().len(),
        1
    );
}

/// A template of this type that needs nothing but a cluster.
async fn script(api: &Client, kind: &str) -> JobTemplate {
    let extra = SwiftCredentials::new("u", "p");
    let binary = api
        .job_binaries()
        .create("script", "swift://c/o")
        .credentials(extra)
        .await
        .unwrap();
    api.job_templates()
        .create("script", kind)
        .mains([&binary])
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_job_runs_and_ends() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, version).await;
        let cluster = sandbox.sahara().add_cluster("vanilla", "2.7.1", "c1");
        let template = script(&api, "Shell").await;
        let run = api
            .jobs()
            .run(&template, cluster.as_str())
            .arg("2026-11-20")
            .param("P", 1)
            .config("c", true);
        let started = run.await.unwrap();
        assert_eq!(
            (started.status(), &started.job_template_id),
            (&JobStatus::Pending, &template.id)
        );
        let mut waiter = started.wait();
        let mut states = Vec::new();
        while let Some(progress) = waiter.progress().await.unwrap() {
            states.push(progress.state);
        }
        assert!(
            states
                .iter()
                .all(|state| state == "RUNNING" || state == "PENDING"),
            "{states:?}"
        );
        let job = waiter.await.unwrap();
        assert_eq!(
            (job.status(), job.end_time.is_some()),
            (&JobStatus::Succeeded, true)
        );
        assert_eq!(job.job_configs.args.len(), 1);
        assert_eq!(
            api.jobs().refresh(&job).await.unwrap().status(),
            &JobStatus::Succeeded
        );
        assert!(
            api.jobs()
                .update(&job)
                .is_public(true)
                .await
                .unwrap()
                .is_public
        );
        let used = api.job_templates().delete(&template).await.unwrap_err();
        assert!(used.api::<ApiError>().unwrap().is_in_use(), "{used}");
        api.jobs().delete(&job).await.unwrap();
        api.jobs().wait_gone(&job).await.unwrap();
        api.job_templates().delete(&template).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn jobs_are_suspended_cancelled_and_deleted() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, version).await;
        let cluster = sandbox.sahara().add_cluster("vanilla", "2.7.1", "c1");
        let template = script(&api, "Shell").await;
        let run = async || {
            api.jobs()
                .run(&template, cluster.as_str())
                .await
                .unwrap()
                .into_answer()
        };
        let first = run().await;
        sandbox.clock().advance(Duration::from_secs(2));
        assert_eq!(
            api.jobs().suspend(&first).await.unwrap().status(),
            &JobStatus::ToBeSuspended
        );
        assert_eq!(
            api.jobs().cancel(&first).await.unwrap().status(),
            &JobStatus::ToBeKilled
        );
        assert_eq!(
            api.jobs().wait_ended(&first).await.unwrap().status(),
            &JobStatus::Killed
        );
        let second = run().await;
        api.jobs().cancel(&second).await.unwrap();
        let error = api.jobs().wait_succeeded(&second).await.unwrap_err();
        assert_eq!(error.api::<Job>().unwrap().status(), &JobStatus::Killed);
        let third = run().await;
        api.jobs().delete(&third).await.unwrap();
        assert_eq!(
            api.jobs().get(&third).await.unwrap().status(),
            &JobStatus::ToBeKilled
        );
        api.jobs().wait_gone(&third).await.unwrap();
        assert_eq!(
            api.jobs()
                .list()
                .status(JobStatus::Killed)
                .all()
                .await
                .unwrap()
                .len(),
            2
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_on_no_cluster_is_refused_and_one_without_arguments_too() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, version).await;
        let template = script(&api, "Shell").await;
        let refused = api
            .jobs()
            .run(&template, keystone::DEMO_PROJECT)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Some("INVALID_REFERENCE"));
        let cluster = sandbox.sahara().add_cluster("fake", "0.1", "c1");
        let arguments = [
            Argument::positional("day", 0).default("x"),
            Argument::param("n", "N").number().optional(),
        ];
        let create = api
            .job_templates()
            .create("t", JobType::Shell)
            .interface(arguments);
        let template = create.mains([&template.mains[0]]).await.unwrap();
        assert_eq!(template.interface.len(), 2);
        let run = || api.jobs().run(&template, cluster.as_str());
        assert_eq!(run().await.unwrap_err().code(), Some("INVALID_DATA"));
        run().interface_defaults().await.unwrap();
        let job = run()
            .interface("day", "y")
            .interface("n", 7)
            .arg("z")
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        assert_eq!(job.job_configs.args.len(), 2);
        assert_eq!(
            run().interface("month", 7).await.unwrap_err().code(),
            Some("INVALID_DATA")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_says_so() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox, Version::V2).await;
    let cluster = sandbox.sahara().add_cluster("fake", "0.1", "c1");
    let template = script(&api, "Pig").await;
    let missing = api
        .jobs()
        .run(&template, cluster.as_str())
        .await
        .unwrap_err();
    assert_eq!(missing.code(), Some("INVALID_DATA"));
    let input = api
        .data_sources()
        .create("in", "hdfs", "/in")
        .await
        .unwrap();
    let output = api
        .data_sources()
        .create("out", "hdfs", "/out")
        .await
        .unwrap();
    let run = || {
        api.jobs()
            .run(&template, cluster.as_str())
            .input(&input)
            .output(&output)
    };
    sandbox.faults().next(Fault::ActionFailed {
        code: "x".into(),
        message: "no disk".into(),
    });
    let error = run().await.unwrap().wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert_eq!(error.api::<Job>().unwrap().status(), &JobStatus::Failed);
}

#[tokio::test(start_paused = true)]
async fn every_job_comes_once_whatever_the_page() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, version).await;
        let cluster = sandbox.sahara().add_cluster("fake", "0.1", "c1");
        let template = script(&api, "Shell").await;
        for _ in 0..6 {
            api.jobs().run(&template, cluster.as_str()).await.unwrap();
        }
        for sort in [Sort::ID, Sort::ID.descending()] {
            let whole = api.jobs().list().sort(sort.clone()).all().await.unwrap();
            let ids: Vec<&str> = whole.iter().map(|job| job.id.as_str()).collect();
            assert_eq!(ids.len(), 6);
            for size in 1..8 {
                let jobs = api
                    .jobs()
                    .list()
                    .sort(sort.clone())
                    .per_page(size)
                    .all()
                    .await
                    .unwrap();
                assert_eq!(
                    jobs.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(),
                    ids,
                    "{size}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn types_of_jobs_and_their_hints() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, version).await;
        let all = api.job_types().list().all().await.unwrap();
        assert_eq!(all.len(), JobType::KNOWN.len());
        for kind in JobType::KNOWN {
            assert!(
                all.iter().any(|available| available.name == *kind),
                "{kind}"
            );
            api.job_templates()
                .config_hints(kind.clone())
                .await
                .unwrap();
        }
        let fake = api
            .job_types()
            .list()
            .plugin_name("fake")
            .kind(JobType::Pig)
            .all()
            .await
            .unwrap();
        assert_eq!((fake.len(), fake[0].plugins.len()), (1, 1));
        assert!(
            !api.job_templates()
                .config_hints(JobType::Pig)
                .await
                .unwrap()
                .configs
                .is_empty()
        );
        assert!(
            api.job_templates()
                .config_hints("Fortran")
                .await
                .unwrap_err()
                .is_not_found()
        );
    }
    let api = client(&Sandbox::new(), Version::V1_1).await;
    let types = api
        .job_types()
        .list()
        .kind("Hive")
        .plugin_name("vanilla")
        .with_hints()
        .all()
        .await
        .unwrap();
    let hints = types[0].plugins[0]
        .versions
        .values()
        .next()
        .unwrap()
        .as_ref()
        .unwrap();
    assert!(!hints.job_config.as_ref().unwrap().configs.is_empty());
}
