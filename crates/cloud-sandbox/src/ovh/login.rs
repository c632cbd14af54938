//! The page on which the owner of the account validates a consumer key.

use std::time::Duration;

use http::Method;
use http::header::LOCATION;

use crate::answer::{Answer, Call};
use crate::form;

use super::access::{Credential, Status};
use super::account::Account;

/// What the real page offers first.
const USUAL_VALIDITY: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn answer(call: &Call<'_>, account: &mut Account) -> Answer {
    let query = form::pairs(call.query);
    let token = form::value(&query, "credentialToken").unwrap_or_default();
    let now = account.now();
    let mut credentials = account.access.credentials.values_mut();
    // The consumer key that is there from the beginning has no token: an empty one must not find it.
    let Some(credential) = credentials.find(|c| !c.token.is_empty() && c.token == token) else {
        return page(404, "There is no request with this token.");
    };
    match *call.method {
        Method::GET => page(200, &question(credential, call.url)),
        // An owner who goes back in the browser must not revive a key that was refused or has ended.
        Method::POST if credential.status != Status::Pending => {
            page(409, "This request was answered before.")
        }
        Method::POST => {
            let form = form::pairs(&String::from_utf8_lossy(call.body));
            let value = |name: &str| form::value(&form, name);
            match value("decision") {
                Some("validate") => {
                    let validity = value("validity").map(str::parse).transpose();
                    let Ok(seconds) = validity else {
                        return page(400, "The validity is not a number of seconds.");
                    };
                    credential.status = Status::Validated;
                    // Zero stands for an unlimited validity, as on the real page.
                    let validity = seconds.map_or(USUAL_VALIDITY, Duration::from_secs);
                    credential.expiration = (!validity.is_zero()).then(|| now + validity);
                }
                Some("refuse") => credential.status = Status::Refused,
                _ => return page(400, "The decision is neither to validate nor to refuse."),
            }
            match &credential.redirection {
                // The application asked for it with the key (`redirection`), so that it learns when its owner is
                // back.
                Some(url) => Answer::new(302, None, "").with(LOCATION, url),
                None => page(200, "This window can be closed."),
            }
        }
        _ => page(405, "There is nothing else to do here."),
    }
}

fn question(credential: &Credential, url: &str) -> String {
    let rules = credential.rules.iter();
    let rules =
        rules.map(|rule| format!("<li>{} {}</li>", escaped(&rule.method), escaped(&rule.path)));
    let rules = rules.collect::<Vec<_>>().concat();
    let status = credential.status.name();
    format!(
        "<p>An application asks for access to these calls (state: {status}):</p><ul>{rules}</ul>\n\
         <form method=\"post\" action=\"{}\"><label>Validity <select name=\"validity\"><option value=\"86400\">1 day</option>\
         <option value=\"0\">unlimited</option></select></label>\n\
         <button name=\"decision\" value=\"validate\">Authorize access</button>\n\
         <button name=\"decision\" value=\"refuse\">Refuse</button></form>",
        escaped(url)
    )
}

fn page(status: u16, content: &str) -> Answer {
    let page = format!(
        "<!doctype html><html><head><title>Sandbox login</title></head><body>{content}</body></html>\n"
    );
    Answer::new(status, Some("text/html; charset=utf-8"), page)
}

/// Rules are text of the application's.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
