//! The GraphQL of the VDK Control Service in the sandbox: every document has an answer, and that is one of GraphQL.

#![no_main]

use std::sync::OnceLock;

use cloud_clients_fuzz::{run, texts};
use cloud_core::body::Body;
use cloud_sandbox::Sandbox;
use http::Request;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

/// Reading changes nothing, so that one world does for all inputs.
fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        let epoch =
            std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_795_168_800);
        let sandbox = Sandbox::builder().starting_at(epoch).build();
        let builder = vdk_control::Client::builder().endpoint("http://localhost:8092");
        let api = builder.transport(sandbox.vdk_control()).build().unwrap();
        run(async {
            for name in ["daily-load", "hourly-load", "weekly-report"] {
                let job = api
                    .team("analytics")
                    .jobs()
                    .create(name)
                    .description("x")
                    .schedule("0 5 * * *")
                    .await;
                job.unwrap();
            }
        });
        sandbox
    })
}

fuzz_target!(|data: &[u8]| {
    let [query, variables, operation] = texts(data);
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let mut path = format!(
        "/data-jobs/for-team/analytics/jobs?query={}",
        encode(&query)
    );
    if !variables.is_empty() {
        path += &format!("&variables={}", encode(&variables));
    }
    if !operation.is_empty() {
        path += &format!("&operation_name={}", encode(&operation));
    }
    // A URI of the `http` crate holds no more.
    let Ok(request) = Request::get(format!("http://sandbox.test{path}")).body(Body::empty()) else {
        return;
    };
    let sandbox = sandbox();
    run(async {
        let mut response = sandbox.vdk_control().send(request).await.unwrap();
        let mut body = Vec::new();
        while let Some(chunk) = response.body_mut().chunk().await {
            body.extend_from_slice(&chunk.unwrap());
        }
        let answer: Value = serde_json::from_slice(&body).unwrap();
        // The server fails over variables that are no object, and so does its twin.
        let variables =
            variables.is_empty() || serde_json::from_str::<Map<String, Value>>(&variables).is_ok();
        let errors = answer["errors"].as_array().map(Vec::len);
        match response.status().as_u16() {
            200 => assert!(
                variables && errors == Some(0) && answer.get("data").is_some(),
                "{answer}"
            ),
            400 => assert!(variables && errors > Some(0), "{answer}"),
            status => assert!(status == 500 && !variables, "{status} {answer}"),
        }
    });
});
