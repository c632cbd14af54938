use sahara::{Client, ErrorKind, Job, JobStatus, JobTemplate, JobType, SwiftCredentials};

use super::clusters;
use super::templates::details;
use super::world::{IMAGE, NETWORK, NOWHERE, VERSIONS, World};

/// A template of this type with a program, of the same name.
pub(super) async fn script(api: &Client, name: &str, kind: &str) -> JobTemplate {
    let extra = SwiftCredentials::new("u", "p");
    let binary = api
        .job_binaries()
        .create(name, "swift://c/o")
        .credentials(extra)
        .await
        .unwrap();
    api.job_templates()
        .create(name, kind)
        .mains([&binary])
        .await
        .unwrap()
}

pub(super) async fn remove_script(api: &Client, template: &JobTemplate) {
    api.job_templates().delete(template).await.unwrap();
    api.job_binaries()
        .delete(&template.mains[0].id)
        .await
        .unwrap();
}

pub(super) async fn a_job_runs_and_ends(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let cluster = clusters::small(&api, "runs").await;
        let template = script(&api, "runs", "Shell").await;
        let run = api
            .jobs()
            .run(&template, &cluster.id)
            .arg("2026-11-20")
            .param("P", 1)
            .config("c", true);
        let started = run.await.unwrap();
        assert_eq!(
            (&started.job_template_id, &started.cluster_id),
            (&template.id, &cluster.id)
        );
        let job = started.wait().await.unwrap();
        assert_eq!(job.status(), &JobStatus::Succeeded);
        assert_eq!(job.job_configs.args.len(), 1);
        // The engine of this plugin never says when.
        assert!(job.end_time.is_none(), "{job:?}");
        assert_eq!(
            api.jobs().get(&job).await.unwrap().status(),
            &JobStatus::Succeeded
        );
        // v2 refuses its own form of it, so that v1.1 is asked whichever is spoken.
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
        api.jobs().update(&job).is_public(false).await.unwrap();
        let listed = api
            .jobs()
            .list()
            .status(JobStatus::Succeeded)
            .all()
            .await
            .unwrap();
        assert!(listed.iter().any(|listed| listed.id == job.id));
        let used = api.job_templates().delete(&template).await.unwrap_err();
        assert!(details(&used).is_in_use(), "{used}");
        api.jobs().update(&job).is_protected(true).await.unwrap();
        assert!(details(&api.jobs().delete(&job).await.unwrap_err()).is_protected());
        api.jobs().update(&job).is_protected(false).await.unwrap();
        api.jobs().delete(&job).await.unwrap();
        api.jobs().wait_gone(&job).await.unwrap();
        assert!(api.jobs().get(&job).await.unwrap_err().is_not_found());
        remove_script(&api, &template).await;
        clusters::remove(&api, &cluster).await;
    }
}

pub(super) async fn jobs_are_cancelled_and_deleted(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let cluster = clusters::small(&api, "cancelled").await;
        let template = script(&api, "cancelled", "Shell").await;
        let mut jobs = Vec::new();
        for _ in 0..2 {
            jobs.push(
                api.jobs()
                    .run(&template, &cluster.id)
                    .await
                    .unwrap()
                    .into_answer(),
            );
        }
        api.jobs().cancel(&jobs[0]).await.unwrap();
        let ended = api.jobs().wait_ended(&jobs[0]).await.unwrap();
        // The engine of this plugin may be done before it hears of it.
        assert!(
            [JobStatus::Killed, JobStatus::Succeeded].contains(ended.status()),
            "{ended:?}"
        );
        if ended.status() == &JobStatus::Killed {
            let error = api.jobs().wait_succeeded(&jobs[0]).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WorkFailed);
            assert_eq!(error.api::<Job>().unwrap().status(), &JobStatus::Killed);
        }
        // One that has ended stays as it is.
        assert_eq!(
            api.jobs().cancel(&ended).await.unwrap().status(),
            ended.status()
        );
        for job in &jobs {
            api.jobs().delete(job).await.unwrap();
        }
        for job in &jobs {
            api.jobs().wait_gone(job).await.unwrap();
        }
        remove_script(&api, &template).await;
        clusters::remove(&api, &cluster).await;
    }
}

pub(super) async fn what_a_job_needs_is_asked_for(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let cluster = clusters::small(&api, "needs").await;
        let template = script(&api, "needs", "Pig").await;
        let missing = api.jobs().run(&template, &cluster.id).await.unwrap_err();
        assert_eq!(missing.code(), Some("INVALID_DATA"), "{missing}");
        let nowhere = api.jobs().run(&template, NOWHERE).await.unwrap_err();
        assert!(nowhere.is_invalid_input(), "{nowhere}");
        let input = api
            .data_sources()
            .create("needs-in", "hdfs", "/in")
            .await
            .unwrap();
        let output = api
            .data_sources()
            .create("needs-out", "hdfs", "/out")
            .await
            .unwrap();
        let started = api
            .jobs()
            .run(&template, &cluster.id)
            .input(&input)
            .output(&output)
            .await
            .unwrap();
        let job = started.wait().await.unwrap();
        api.jobs().delete(&job).await.unwrap();
        api.jobs().wait_gone(&job).await.unwrap();
        api.data_sources().delete(&input).await.unwrap();
        api.data_sources().delete(&output).await.unwrap();

        let binary = &template.mains[0].id;
        let arguments = [sahara::Argument::positional("day", 0).default("x")];
        let create = api
            .job_templates()
            .create("needs-day", JobType::Shell)
            .interface(arguments);
        let shell = create.mains([binary]).await.unwrap();
        let run = || api.jobs().run(&shell, &cluster.id);
        assert_eq!(run().await.unwrap_err().code(), Some("INVALID_DATA"));
        assert_eq!(
            run().interface("month", 7).await.unwrap_err().code(),
            Some("INVALID_DATA")
        );
        let job = run()
            .interface("day", "y")
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        assert_eq!(job.job_configs.args.len(), 1);
        api.jobs().delete(&job).await.unwrap();
        api.jobs().wait_gone(&job).await.unwrap();
        api.job_templates().delete(&shell).await.unwrap();
        remove_script(&api, &template).await;
        clusters::remove(&api, &cluster).await;
    }
}

pub(super) async fn a_job_waits_for_its_cluster(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let script = script(&api, "waits", "Shell").await;
        let create = api
            .cluster_templates()
            .create("waits", "fake", "0.1")
            .image(IMAGE)
            .network(NETWORK);
        let group = sahara::NewNodeGroup::new("a", "1", ["namenode", "jobtracker"]);
        let template = create.node_group(group, 1).await.unwrap();
        let work = api.clusters().create("waits", &template).await.unwrap();
        let started = api.jobs().run(&script, &work.id).await.unwrap();
        assert_eq!(started.status(), &JobStatus::Pending);
        work.wait().await.unwrap();
        let job = started.wait().await.unwrap();
        assert_eq!(job.status(), &JobStatus::Succeeded);
        api.jobs().delete(&job).await.unwrap();
        api.jobs().wait_gone(&job).await.unwrap();
        remove_script(&api, &script).await;
        clusters::remove(&api, &work).await;
    }
}
