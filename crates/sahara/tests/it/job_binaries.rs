//! Programs of jobs, on the wire of both versions.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use crate::common::{
    PROJECT, SAHARA, VERSIONS_OF_THE_API, answered, assert_field, builder, client, openstack, sent,
};
use async_trait::async_trait;
use bytes::Bytes;
use cloud_core::body::ResponseBody;
use cloud_core::request::CallOptions;
use cloud_core::test_util::{Scripted, ScriptedTransport};
use cloud_core::transport::{Transport, TransportError, TransportErrorKind};
use http::{Request, Response};
use sahara::{
    ApiError, Body, ErrorCode, ErrorKind, JobBinary, S3Credentials, SwiftCredentials, Version,
};
use serde_json::{Value, json};

const ID: &str = "71f70193-d570-4344-a3ec-2fc937be31b3";

fn project(version: Version) -> &'static str {
    if version == Version::V1_1 {
        "tenant_id"
    } else {
        "project_id"
    }
}

fn binary(version: Version) -> Value {
    let mut binary = json!({
        "created_at": "2026-11-20T14:05:28", "updated_at": null, "id": "b1", "name": "script", "description": null,
        "url": format!("internal-db://{ID}"), "is_public": false, "is_protected": false,
    });
    binary[project(version)] = PROJECT.into();
    binary
}

fn one(version: Version) -> Value {
    json!({ "job_binary": binary(version) })
}

fn internal() -> Value {
    json!({"job_binary_internal": {
        "created_at": "2026-11-20T14:05:28", "updated_at": null, "id": ID, "tenant_id": PROJECT, "name": "script.pig",
        "datasize": 19, "is_public": false, "is_protected": false,
    }})
}

#[tokio::test]
async fn a_binary_is_the_same_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(version)).await;
        let binary = api.job_binaries().get("b1").await.unwrap();
        assert_eq!(
            (binary.id.as_str(), binary.project_id.as_str()),
            ("b1", PROJECT)
        );
        assert_eq!(
            (binary.description, binary.url),
            (None, format!("internal-db://{ID}"))
        );
        assert_eq!(
            sent(&wire),
            [(format!("GET /{version}/job-binaries/b1"), String::new())]
        );
    }
    let full = binary(Version::V2);
    for key in full.as_object().unwrap().keys() {
        let mut less = full.clone();
        less[key] = Value::Null;
        sahara::decode::from_value::<JobBinary>(&less).unwrap();
    }
}

#[tokio::test]
async fn creating_and_changing_send_the_fields_that_are_set() {
    for (version, method) in [(Version::V1_1, "PUT"), (Version::V2, "PATCH")] {
        let (api, wire) = answered(version, 202, one(version)).await;
        let binaries = api.job_binaries();
        binaries
            .create("a", format!("internal-db://{ID}"))
            .is_public(true)
            .await
            .unwrap();
        binaries
            .create("b", "swift://c/o")
            .credentials(SwiftCredentials::new("u", "p"))
            .description("d")
            .await
            .unwrap();
        let keys = S3Credentials::new("a", "s").endpoint("e");
        binaries
            .create("c", "s3://b/o")
            .credentials(keys)
            .is_protected(true)
            .await
            .unwrap();
        binaries
            .update("b1")
            .name("d")
            .url("swift://c/o2")
            .description("")
            .is_public(false)
            .await
            .unwrap();
        let line = format!("POST /{version}/job-binaries");
        let expected = [
            (line.clone(), format!(r#"{{"name":"a","url":"internal-db://{ID}","is_public":true}}"#)),
            (
                line.clone(),
                r#"{"name":"b","url":"swift://c/o","description":"d","extra":{"user":"u","password":"p"}}"#.to_owned(),
            ),
            (
                line,
                r#"{"name":"c","url":"s3://b/o","extra":{"accesskey":"a","secretkey":"s","endpoint":"e"},"is_protected":true}"#
                    .to_owned(),
            ),
            (
                format!("{method} /{version}/job-binaries/b1"),
                r#"{"name":"d","url":"swift://c/o2","description":"","is_public":false}"#.to_owned(),
            ),
        ];
        assert_eq!(sent(&wire), expected);
    }
}

#[tokio::test]
async fn what_the_service_would_refuse_is_not_sent() {
    let (api, wire) = answered(Version::V2, 202, one(Version::V2)).await;
    let binaries = api.job_binaries();
    assert_field(binaries.create("a b", "swift://c/o").await, "name");
    assert_field(binaries.create("a", "http://c/o").await, "url");
    assert_field(binaries.create("a", "swift://c/o").await, "extra");
    assert_field(
        binaries
            .create("a", "swift://c/o")
            .credentials(S3Credentials::new("a", "s"))
            .await,
        "extra",
    );
    assert_field(
        binaries
            .create("a", "s3://b/o")
            .credentials(SwiftCredentials::new("u", "p"))
            .await,
        "extra",
    );
    assert_field(
        binaries
            .create("a", "s3://b/o")
            .credentials(S3Credentials::new("a", "s"))
            .await,
        "extra",
    );
    let keys = S3Credentials::new("a", "s").endpoint("e").ssl(true);
    assert_field(
        binaries.create("a", "s3://b/o").credentials(keys).await,
        "extra",
    );
    assert_field(binaries.update("b1").url("x").await, "url");
    assert_field(binaries.update("b1").name("-").await, "name");
    assert_field(binaries.data("").await, "id");
    assert!(sent(&wire).is_empty());
    binaries
        .create("a b", "x")
        .options(CallOptions::unchecked)
        .await
        .unwrap();
    assert_eq!(sent(&wire).len(), 1);
    let shown = binaries
        .create("a", "swift://c/o")
        .credentials(SwiftCredentials::new("u", "hush"));
    assert!(!format!("{shown:?}").contains("hush"));
}

/// Q2: in version 2 the download is always 500, so version 1.1 is asked. What is downloaded counts as HTML, and is not.
#[tokio::test]
async fn q2_programs_are_downloaded_by_version_one() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = client(version, |request| match request.uri().path() {
            "/v1.1/job-binaries/b1/data" => Scripted::with_headers(
                200,
                &[("content-type", "text/html; charset=utf-8")],
                "\u{0}not HTML",
            ),
            _ => Scripted::json(
                500,
                r#"{"error_code":500,"error_name":"INTERNAL_SERVER_ERROR","error_message":"x"}"#,
            ),
        })
        .await;
        assert_eq!(
            api.job_binaries().data("b1").await.unwrap(),
            "\u{0}not HTML"
        );
        let mut download = api
            .job_binaries()
            .data("b1")
            .send_streaming()
            .await
            .unwrap();
        assert_eq!(download.chunk().await.unwrap().unwrap(), "\u{0}not HTML");
        assert_eq!(download.chunk().await.unwrap(), None);
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, ["GET /v1.1/job-binaries/b1/data"; 2]);
        assert!(
            wire.seen()
                .last()
                .unwrap()
                .request
                .headers()
                .get("openstack-api-version")
                .is_none()
        );
    }
}

/// Q18: a program that a template needs cannot be deleted, which only the words of the answer say.
#[tokio::test]
async fn q18_a_program_in_use_is_known_by_the_words() {
    let body = json!({"error_code": 400, "error_name": "DELETION_FAILED",
        "error_message": "JobBinary is referenced and cannot be deleted\nError ID: 1f04"});
    let (api, wire) = answered(Version::V2, 400, body).await;
    let error = api.job_binaries().delete("b1").await.unwrap_err();
    assert!(error.api::<ApiError>().unwrap().is_in_use(), "{error}");
    assert_eq!(
        sent(&wire),
        [("DELETE /v2/job-binaries/b1".to_owned(), String::new())]
    );
}

#[tokio::test]
async fn programs_in_the_database_have_requests_of_their_own() {
    let (api, wire) = answered(Version::V1_1, 202, internal()).await;
    let programs = api.job_binary_internals();
    let program = programs
        .upload("script.pig", "A = load '$INPUT';\n")
        .await
        .unwrap();
    assert_eq!(
        (program.datasize, program.url()),
        (19, format!("internal-db://{ID}"))
    );
    programs.get(&program).await.unwrap();
    programs
        .update(&program)
        .name("b.pig")
        .is_public(true)
        .is_protected(false)
        .await
        .unwrap();
    programs.data(&program).await.unwrap();
    programs.delete(&program).await.unwrap();
    let path = format!("/v1.1/job-binary-internals/{ID}");
    let expected = [
        (
            "PUT /v1.1/job-binary-internals/script.pig".to_owned(),
            "A = load '$INPUT';\n".to_owned(),
        ),
        (format!("GET {path}"), String::new()),
        (
            format!("PATCH {path}"),
            r#"{"name":"b.pig","is_public":true,"is_protected":false}"#.to_owned(),
        ),
        (format!("GET {path}/data"), String::new()),
        (format!("DELETE {path}"), String::new()),
    ];
    assert_eq!(sent(&wire), expected);
    let upload = wire
        .seen()
        .into_iter()
        .find(|seen| seen.request.method() == "PUT")
        .unwrap();
    assert_eq!(
        upload.request.headers()["content-type"],
        "application/octet-stream"
    );
    let list = json!({"binaries": [internal()["job_binary_internal"]]});
    let (api, wire) = answered(Version::V1_1, 200, list).await;
    assert_eq!(
        api.job_binary_internals()
            .list()
            .name("script.pig")
            .all()
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        api.job_binary_internals()
            .find("script.pig")
            .await
            .unwrap()
            .unwrap()
            .datasize,
        19
    );
    assert_eq!(
        sent(&wire)[0].0,
        "GET /v1.1/job-binary-internals?name=script.pig&limit=100"
    );
}

#[tokio::test]
async fn version_two_says_that_it_keeps_no_programs() {
    let (api, wire) = answered(Version::V2, 202, internal()).await;
    let programs = api.job_binary_internals();
    let errors = [
        programs.upload("a", "x").await.unwrap_err(),
        programs.get("a").await.unwrap_err(),
        programs.list().page().await.unwrap_err(),
        programs.update("a").await.unwrap_err(),
        programs.delete("a").await.unwrap_err(),
        programs.data("a").await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(
            error.to_string().contains("version(Version::V1_1)"),
            "{error}"
        );
    }
    assert!(sent(&wire).is_empty());
}

#[tokio::test]
async fn a_program_has_a_name_a_size_and_a_limit() {
    let (api, wire) = answered(Version::V1_1, 202, internal()).await;
    let programs = api.job_binary_internals();
    let most = 5120 * 1024;
    assert_field(programs.upload("a/b", "x").await, "name");
    assert_field(programs.upload("a", "").await, "data");
    assert_field(programs.upload("a", vec![0; most + 1]).await, "data");
    assert_field(programs.update("a").name("").await, "name");
    assert!(sent(&wire).is_empty());
    programs.upload("a", vec![0; most]).await.unwrap();
    programs
        .upload("a", vec![0; most + 1])
        .options(CallOptions::unchecked)
        .await
        .unwrap();
    assert_eq!(sent(&wire)[1].1.len(), most + 1);

    let body = json!({"error_code": 400, "error_name": "DATA_TOO_BIG",
        "error_message": "Size of internal binary (5120.0KB) is greater than the maximum (5120KB)\nError ID: e6"});
    let (api, _) = answered(Version::V1_1, 400, body).await;
    let error = api
        .job_binary_internals()
        .upload("a", "x")
        .await
        .unwrap_err();
    assert_eq!(
        error.api::<ApiError>().unwrap().code,
        Some(ErrorCode::DataTooBig)
    );
}

/// The second upload would be refused, and nobody would know that the first one had succeeded.
#[tokio::test(start_paused = true)]
async fn an_upload_that_may_have_arrived_is_not_repeated() {
    let (api, wire) = client(Version::V1_1, |_| {
        Scripted::Failure(TransportErrorKind::Interrupted)
    })
    .await;
    let error = api
        .job_binary_internals()
        .upload("a", "x")
        .await
        .unwrap_err();
    assert!(error.may_have_happened(), "{error}");
    assert_eq!(sent(&wire).len(), 1);
}

/// Gives bytes without end, and counts how many were taken at once before anybody looked at them.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicUsize>);

impl io::Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.fetch_add(buffer.len(), Ordering::SeqCst);
        buffer.fill(b'x');
        Ok(buffer.len())
    }
}

/// Takes uploads piece by piece, and answers downloads with a stream.
#[derive(Debug)]
struct Streaming {
    rest: ScriptedTransport,
    read: Arc<AtomicUsize>,
    most: Arc<Mutex<(usize, usize)>>,
}

struct Endless(usize, Arc<AtomicUsize>);

impl futures_core::Stream for Endless {
    type Item = Result<Bytes, TransportError>;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.0 == 0 {
            return Poll::Ready(None);
        }
        self.0 -= 1;
        self.1.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(Some(Ok(Bytes::from_static(&[7; 1024]))))
    }
}

#[async_trait]
impl Transport for Streaming {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let path = request.uri().path().to_owned();
        if path.ends_with("/data") {
            return Ok(Response::new(ResponseBody::from_stream(Endless(
                4096,
                self.read.clone(),
            ))));
        }
        if !path.contains("/job-binary-internals/") {
            return self.rest.send(request).await;
        }
        let mut stream = request.into_body().into_stream();
        let mut taken = 0;
        while let Some(chunk) =
            std::future::poll_fn(|cx| futures_core::Stream::poll_next(Pin::new(&mut stream), cx))
                .await
        {
            taken += chunk.unwrap().len();
            let ahead = self.read.load(Ordering::SeqCst).saturating_sub(taken);
            let mut most = self.most.lock().unwrap();
            *most = (most.0.max(ahead), taken);
        }
        Ok(Response::builder()
            .status(202)
            .body(ResponseBody::from(Bytes::from(internal().to_string())))
            .unwrap())
    }
}

#[tokio::test]
async fn programs_pass_in_constant_memory() {
    let (read, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new((0, 0))));
    let rest = openstack(&format!("{SAHARA}/v1.1"), |_| Scripted::json(404, ""));
    let transport = Streaming {
        rest: rest.clone(),
        read: read.clone(),
        most: most.clone(),
    };
    let cloud = builder(&rest)
        .transport(Arc::new(transport))
        .build()
        .unwrap();
    let api = cloud
        .data_processing()
        .version(Version::V1_1)
        .await
        .unwrap();

    let size = 5120 * 1024;
    let body = Body::from_reader(Counted(read.clone()), size);
    api.job_binary_internals()
        .upload("big", body)
        .await
        .unwrap();
    let (ahead, taken) = *most.lock().unwrap();
    assert_eq!(taken as u64, size);
    assert!(ahead <= 512 * 1024, "{ahead} bytes were read ahead");

    read.store(0, Ordering::SeqCst);
    let mut download = api
        .job_binaries()
        .data("b1")
        .send_streaming()
        .await
        .unwrap();
    let mut pieces = 0;
    while let Some(piece) = download.chunk().await.unwrap() {
        pieces += 1;
        assert_eq!((piece.len(), read.load(Ordering::SeqCst)), (1024, pieces));
    }
    assert_eq!(pieces, 4096);

    let path = std::env::temp_dir().join(format!("sahara-upload-{}", std::process::id()));
    std::fs::write(&path, vec![b'y'; 300_000]).unwrap();
    api.job_binary_internals()
        .upload("file", Body::from_file(&path).unwrap())
        .await
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(most.lock().unwrap().1, 300_000);
}
