use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Input;
use super::labels::Labels;
use super::load_balancers::LoadBalancer;
use super::project::{ActionState, Effect, Kind, Named, Project, named};
use super::query::{Order, list};
use super::resource::{self, Resource, in_table};
use super::{Ctx, Handler, timestamp};

mod x509;

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_certificates",
        "GET",
        "/certificates",
        list_certificates,
    ),
    route(
        "create_certificate",
        "POST",
        "/certificates",
        create_certificate,
    ),
    route(
        "list_certificates_actions",
        "GET",
        "/certificates/actions",
        resource::list_all_actions::<Certificate>,
    ),
    route(
        "get_certificates_action",
        "GET",
        "/certificates/actions/{id}",
        resource::get_action::<Certificate>,
    ),
    route(
        "get_certificate",
        "GET",
        "/certificates/{id}",
        resource::get::<Certificate>,
    ),
    route(
        "update_certificate",
        "PUT",
        "/certificates/{id}",
        resource::update::<Certificate>,
    ),
    route(
        "delete_certificate",
        "DELETE",
        "/certificates/{id}",
        delete_certificate,
    ),
    route(
        "list_certificate_actions",
        "GET",
        "/certificates/{id}/actions",
        resource::list_actions::<Certificate>,
    ),
    route(
        "retry_certificate",
        "POST",
        "/certificates/{id}/actions/retry",
        retry,
    ),
];

const TYPES: [&str; 2] = ["uploaded", "managed"];

/// How long a certificate is good that the service has issued.
const DAYS: u64 = 90;

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Certificate {
    id: i64,
    name: String,
    labels: Labels,
    created: String,
    #[serde(deserialize_with = "crate::keep::word")]
    kind: crate::keep::Word,
    domains: Vec<String>,
    issued: Option<Issued>,
    /// How far the issue of a managed one is.
    #[serde(deserialize_with = "crate::keep::word")]
    issuance: crate::keep::Word,
    error: Option<(String, String)>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Issued {
    pem: String,
    not_before: String,
    not_after: String,
    fingerprint: String,
}

const ORDERS: &[Order<Certificate>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

named!(Certificate);

impl Resource for Certificate {
    const KIND: Kind = Kind::Certificate;

    in_table!(certificates);

    fn render(&self, project: &Project) -> Value {
        let issued = self.issued.as_ref();
        let status = (self.kind == "managed").then(|| {
            let error = self
                .error
                .as_ref()
                .map(|(code, message)| json!({"code": code, "message": message}));
            // What was never issued cannot be renewed.
            let renewal = if issued.is_some() {
                "scheduled"
            } else {
                "unavailable"
            };
            json!({"issuance": self.issuance, "renewal": renewal, "error": error})
        });
        json!({
            "id": self.id,
            "name": self.name,
            "labels": self.labels,
            "type": self.kind,
            "certificate": issued.map(|issued| &issued.pem),
            "created": self.created,
            "not_valid_before": issued.map(|issued| &issued.not_before),
            "not_valid_after": issued.map(|issued| &issued.not_after),
            "domain_names": self.domains,
            "fingerprint": issued.map(|issued| &issued.fingerprint),
            "status": status,
            "used_by": self.users(project).map(|id| json!({"id": id, "type": "load_balancer"})).collect::<Vec<_>>(),
        })
    }
}

impl Certificate {
    /// The load balancers that use it.
    fn users<'p>(&'p self, project: &'p Project) -> impl Iterator<Item = i64> + 'p {
        project
            .load_balancers
            .rows()
            .filter(|balancer| balancer.uses_certificate(self.id))
            .map(LoadBalancer::id)
    }
}

fn fingerprint(der: &[u8]) -> String {
    Sha256::digest(der)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect::<Vec<_>>()
        .join(":")
}

fn list_certificates(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.query.check("type", &TYPES)?;
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.certificates.select(ctx.query.get("name"));
    rows.retain(|row| ctx.query.admits("type", row.kind) && selects(&row.labels));
    list(ctx, "certificates", rows, ORDERS, |row| {
        row.render(ctx.project)
    })
}

fn create_certificate(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    resource::check_name::<Certificate>(&mut input, &name);
    let labels = input.labels("labels").unwrap_or_default();
    let kind = input.choice("type", &TYPES).unwrap_or("uploaded");
    let (issued, domains) = match kind {
        "managed" => (None, read_domains(&mut input)),
        _ => read_upload(&mut input).map_or((None, Vec::new()), |(issued, domains)| {
            (Some(issued), domains)
        }),
    };
    // The fields of the other kind are known to the operation, so they are not refused as unknown keys.
    input.ignore(&["domain_names", "certificate", "private_key"]);
    input.finish()?;
    ctx.project.certificates.check_name(&name, None)?;
    let id = ctx.shared.id();
    let created = ctx.project.stamp();
    let row = Certificate {
        id,
        name,
        labels,
        created,
        kind,
        domains,
        issued,
        issuance: "pending",
        error: None,
    };
    ctx.project.certificates.insert(row);
    // Nothing is issued for an uploaded certificate, so its `action` is null, as the API's description allows.
    let action = (kind == "managed").then(|| start_issue(ctx, "create_certificate", id));
    let action = action.map(|action| ctx.project.action(action));
    Ok(Answer::json(
        201,
        &json!({"certificate": resource::rendered::<Certificate>(ctx, id), "action": action}),
    ))
}

fn read_domains(input: &mut Input) -> Vec<String> {
    let domains = input.required("domain_names", Input::strings);
    let is_domain = |domain: &String| {
        // A wildcard stands for one whole label, and only for the first.
        let name = domain.strip_prefix("*.").unwrap_or(domain);
        let is_label = |label: &str| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        name.contains('.') && name.split('.').all(is_label)
    };
    if !domains.iter().all(is_domain) {
        input.problem("domain_names", "must be domains");
    }
    domains
}

fn read_upload(input: &mut Input) -> Option<(Issued, Vec<String>)> {
    let pem = input.required("certificate", Input::text);
    let key = input.required("private_key", Input::text);
    let labels = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];
    if !key.is_empty() && !labels.iter().any(|label| x509::pem(&key, label).is_some()) {
        input.problem("private_key", "is not a private key in PEM format");
    }
    let der = x509::pem(&pem, "CERTIFICATE");
    let facts = der.as_deref().and_then(x509::read);
    if facts.is_none() && !pem.is_empty() {
        input.problem("certificate", "is not a certificate in PEM format");
    }
    // Both problems are noted by now; the caller ends the request with them.
    let (der, facts) = (der?, facts?);
    let issued = Issued {
        pem,
        not_before: facts.not_before,
        not_after: facts.not_after,
        fingerprint: fingerprint(&der),
    };
    Some((issued, facts.domains))
}

/// Has the certificate issued when the action ends. What is issued has the form of a certificate, with bytes that mean
/// nothing: nobody signs for the sandbox.
fn start_issue(ctx: &mut Ctx<'_>, command: &'static str, id: i64) -> i64 {
    let der: Vec<u8> = (0..480).map(|_| ctx.shared.rng.u8(..)).collect();
    let done = move |project: &mut Project| {
        let now = project.wall();
        let text = STANDARD.encode(&der);
        let lines: Vec<&str> = (0..text.len())
            .step_by(64)
            .map(|at| &text[at..(at + 64).min(text.len())])
            .collect();
        let issued = Issued {
            pem: format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                lines.join("\n")
            ),
            not_before: timestamp(now),
            not_after: timestamp(now + std::time::Duration::from_secs(DAYS * 24 * 60 * 60)),
            fingerprint: fingerprint(&der),
        };
        if let Some(row) = project.certificates.get_mut(id) {
            row.issued = Some(issued);
            row.issuance = "completed";
            row.error = None;
        }
    };
    let failed = move |project: &mut Project, state: &ActionState| {
        if let (Some(row), ActionState::Error { code, message }) =
            (project.certificates.get_mut(id), state)
        {
            row.issuance = "failed";
            row.error = Some((code.clone(), message.clone()));
        }
    };
    ctx.follow(
        command,
        5,
        vec![(Kind::Certificate, id)],
        Some(Effect::either(done, failed)),
    )
}

fn delete_certificate(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id::<Certificate>(ctx)?;
    if resource::find::<Certificate>(ctx, id)?
        .users(ctx.project)
        .next()
        .is_some()
    {
        return Err(Refusal::new(
            422,
            "resource_in_use",
            "a load balancer uses the certificate",
        ));
    }
    ctx.project.certificates.remove(id);
    Ok(Answer::empty(204))
}

fn retry(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let id = resource::changeable::<Certificate>(ctx)?;
    if resource::find::<Certificate>(ctx, id)?.issuance != "failed" {
        return Err(Refusal::new(
            422,
            "unsupported_error",
            "only a managed certificate that failed can be retried",
        ));
    }
    // At once, so that a second retry is refused while the first one runs.
    if let Some(row) = ctx.project.certificates.get_mut(id) {
        row.issuance = "pending";
        row.error = None;
    }
    let action = start_issue(ctx, "issue_certificate", id);
    super::one(201, "action", ctx.project.action(action))
}
