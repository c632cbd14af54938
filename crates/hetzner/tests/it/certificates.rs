//! Certificates against the sandbox: every operation, on the wire and in what the caller gets.

use cloud_sandbox::{Fault, Sandbox};
use hetzner::{CertificateIssuance, CertificateRenewal, CertificateType, ErrorCode, Sort};
use serde_json::json;

use crate::common::{assert_code, assert_field, client, last};

const PEM: &str = include_str!("data/certificate.pem");
/// In the form of a key, but not one.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0IHdvcmRz\n-----END PRIVATE KEY-----\n";

#[tokio::test(start_paused = true)]
async fn an_uploaded_certificate_is_read() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let order = api
        .certificates()
        .create_uploaded("www", PEM, KEY)
        .labels([("env", "prod")]);
    assert!(!format!("{order:?}").contains("c2VjcmV0"), "{order:?}");
    let created = order.await.unwrap();
    let body = json!({
        "name": "www", "type": "uploaded", "certificate": PEM, "private_key": KEY, "labels": {"env": "prod"},
    });
    assert_eq!(last(&sandbox), ("POST /v1/certificates".into(), body));
    assert!(created.action.is_none());
    let certificate = created.wait().await.unwrap();
    assert!(certificate.is_issued() && !certificate.has_failed() && certificate.status.is_none());
    assert_eq!(certificate.kind, CertificateType::Uploaded);
    assert_eq!(certificate.domain_names, ["example.com", "www.example.com"]);
    assert_eq!(
        certificate.not_valid_before,
        Some("2026-11-20T23:21:17Z".parse().unwrap())
    );
    assert_eq!(
        certificate.not_valid_after,
        Some("2036-11-17T23:21:17Z".parse().unwrap())
    );
    let fingerprint = "9F:6E:F6:DB:C5:DD:79:78:9E:9F:1B:FB:89:62:11:21:BC:F1:87:73:F7:AE:2A:38:54:3C:55:65:59:D8:47:AA";
    assert_eq!(certificate.fingerprint.as_deref(), Some(fingerprint));
    assert_code(
        api.certificates().retry(certificate.id).await,
        "unsupported_error",
    );
    let error = api
        .certificates()
        .create_uploaded("x", "PEM", "KEY")
        .await
        .unwrap_err();
    let fields: Vec<_> = error
        .fields()
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(fields, ["private_key", "certificate"]);
    assert!(!error.to_string().contains("KEY"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_managed_certificate_is_issued_after_a_while() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let created = api
        .certificates()
        .create_managed("www", ["example.com", "*.example.com"])
        .await
        .unwrap();
    let body =
        json!({"name": "www", "type": "managed", "domain_names": ["example.com", "*.example.com"]});
    assert_eq!(last(&sandbox).1, body);
    let status = created.resource.status.clone().unwrap();
    assert_eq!(
        (status.issuance, status.renewal),
        (
            CertificateIssuance::Pending,
            CertificateRenewal::Unavailable
        )
    );
    assert!(!created.resource.is_issued() && created.action.is_some());
    let certificate = created.wait().await.unwrap();
    assert!(certificate.is_issued());
    assert_eq!(
        certificate.status.unwrap().issuance,
        CertificateIssuance::Completed
    );
    assert!(certificate.not_valid_after > certificate.not_valid_before);
    assert_field(
        api.certificates()
            .create_managed("x", Vec::<String>::new())
            .await,
        "domain_names",
    );
}

#[tokio::test(start_paused = true)]
async fn what_failed_is_tried_again() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let fault = Fault::ActionFailed {
        code: "dns_zone_not_found".into(),
        message: "no zone".into(),
    };
    sandbox
        .faults()
        .next_matching("POST /v1/certificates", fault);
    let created = api
        .certificates()
        .create_managed("www", ["example.com"])
        .await
        .unwrap();
    let error = created.wait().await.unwrap_err();
    assert_eq!(error.code(), Some("dns_zone_not_found"));
    let failed = api.certificates().get(created.resource.id).await.unwrap();
    assert!(failed.has_failed());
    assert_eq!(
        failed.status.unwrap().error.unwrap().code,
        ErrorCode::DnsZoneNotFound
    );
    let id = created.resource.id;
    api.certificates()
        .retry(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            format!("POST /v1/certificates/{id}/actions/retry"),
            json!(null)
        )
    );
    let certificate = api.certificates().get(id).await.unwrap();
    assert!(certificate.is_issued() && !certificate.has_failed());
}

#[tokio::test(start_paused = true)]
async fn lists_find_update_and_delete() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let certificates = api.certificates();
    let own = certificates
        .create_uploaded("own", PEM, KEY)
        .labels([("a", "b")])
        .await
        .unwrap()
        .into_answer()
        .resource;
    certificates
        .create_managed("theirs", ["example.com"])
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        certificates
            .list()
            .kind(CertificateType::Managed)
            .all()
            .await
            .unwrap()[0]
            .name,
        "theirs"
    );
    assert_eq!(
        certificates
            .list()
            .label_selector("a=b")
            .sort(Sort::NAME)
            .all()
            .await
            .unwrap()[0]
            .id,
        own.id
    );
    assert_eq!(
        certificates
            .list()
            .name("own")
            .page()
            .await
            .unwrap()
            .items
            .len(),
        1
    );
    assert_eq!(certificates.find("own").await.unwrap().unwrap().id, own.id);
    assert_eq!(
        certificates.update(own.id).name("mine").await.unwrap().name,
        "mine"
    );
    assert_eq!(
        last(&sandbox),
        (
            format!("PUT /v1/certificates/{}", own.id),
            json!({"name": "mine"})
        )
    );
    assert_code(
        certificates.create_managed("mine", ["example.com"]).await,
        "uniqueness_error",
    );
    let action = certificates.list_actions().all().await.unwrap().remove(0);
    assert_eq!(
        certificates.get_action(action.id).await.unwrap().command,
        "create_certificate"
    );
    assert!(
        certificates
            .list_actions_of(own.id)
            .all()
            .await
            .unwrap()
            .is_empty()
    );
    certificates
        .delete(own.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(certificates.get(own.id).await.unwrap_err().is_not_found());
}
