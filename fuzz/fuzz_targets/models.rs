//! Answers of any JSON: what is read is the same after it was written, and a member more costs nothing.

#![no_main]

use std::fmt::Debug;

use cloud_clients_fuzz::parts;
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn check<T: DeserializeOwned + Debug>(value: &Value) -> Option<T> {
    let model = cloud_core::decode::from_value::<T>(value);
    if let Value::Object(members) = value {
        let mut more = members.clone();
        more.insert("a member of next year".to_owned(), json!([{"x": null}]));
        assert_eq!(
            cloud_core::decode::from_value::<T>(&more.into()).is_ok(),
            model.is_ok()
        );
    }
    let model = model.ok()?;
    let _ = format!("{model:?}");
    Some(model)
}

fn check_written<T: DeserializeOwned + Serialize + PartialEq + Debug>(value: &Value) {
    if let Some(model) = check::<T>(value) {
        let written = serde_json::to_value(&model).unwrap();
        let again: T = cloud_core::decode::from_value(&written)
            .unwrap_or_else(|error| panic!("{error}: {written}"));
        assert_eq!(again, model, "{written}");
    }
}

fuzz_target!(|data: &[u8]| {
    let [body] = parts(data);
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    check_written::<hetzner::Server>(&value);
    check_written::<hetzner::LoadBalancer>(&value);
    check_written::<hetzner::Zone>(&value);
    check_written::<hetzner::StorageBox>(&value);
    check_written::<hetzner::Pricing>(&value);
    check_written::<sahara::Cluster>(&value);
    check_written::<sahara::NodeGroupTemplate>(&value);
    check_written::<sahara::Job>(&value);
    check_written::<ovh::cloud::Instance>(&value);
    check_written::<ovh::cloud::NodePool>(&value);
    check_written::<ovh::me::Nichandle>(&value);
    check_written::<vdk_control::DataJob>(&value);
    check_written::<vdk_control::Execution>(&value);
    check_written::<ionos_dataplatform::Cluster>(&value);
});
