//! What every request passes through on its way to a service, whichever transport it came by: journal and faults.

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue, Method};

use crate::answer::{Answer, Call, GENERIC, Service};
use crate::clock::Clock;

pub(crate) mod fault;
pub(crate) mod journal;

use fault::{Fault, Faults};
use journal::{Entry, Journal};

/// What stands before all services of a sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
}

#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) origin: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why a request is answered by a status without being handled: it did not arrive whole.
#[cfg(feature = "serve")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incomplete {
    pub(crate) status: u16,
    pub(crate) message: &'static str,
}

/// What the client gets to see.
#[derive(Debug)]
pub(crate) enum Delivery {
    Whole(Answer),
    /// Half of the body, and then the connection breaks.
    Half(Answer),
    Reset,
    Refused,
}

pub(crate) async fn deliver(front: &Front, service: &dyn Service, incoming: Incoming) -> Delivery {
    // Before the journal: what never arrived is not in it.
    let fault = front.faults.take(&incoming.method, &incoming.path);
    if fault == Some(Fault::NeverSent) {
        return Delivery::Refused;
    }
    let number = record(front, service, &incoming, fault.clone());
    // As the client wrote it, for signatures are of the text and not of what it means.
    let url = match &incoming.query {
        Some(query) => format!("{}{}?{query}", incoming.origin, incoming.path),
        None => format!("{}{}", incoming.origin, incoming.path),
    };
    let handle = |fail_actions| {
        let answer = service.handle(&Call {
            method: &incoming.method,
            origin: &incoming.origin,
            url: &url,
            path: &incoming.path,
            query: incoming.query.as_deref().unwrap_or_default(),
            headers: &incoming.headers,
            body: &incoming.body,
            fail_actions,
        });
        front.journal.update(number, |entry| {
            // Noted before the answer is on its way, so that it stands however the connection ends.
            entry.handled = true;
            entry.generic = answer.headers.contains_key(GENERIC);
        });
        answer
    };
    let answer = match fault {
        None => handle(None),
        Some(Fault::Latency(time)) => {
            tokio::time::sleep(time).await;
            handle(None)
        }
        Some(Fault::ActionFailed { code, message }) => handle(Some((code, message))),
        Some(Fault::NeverSent | Fault::ResetBeforeHandling) => return Delivery::Reset,
        Some(Fault::ResetAfterHandling) => {
            handle(None);
            return Delivery::Reset;
        }
        // Without an end: the client's own time limit is what is tried out. Its leaving drops this future.
        Some(Fault::HangBeforeHandling) => std::future::pending().await,
        Some(Fault::HangAfterHandling) => {
            handle(None);
            std::future::pending().await
        }
        Some(Fault::Truncate) => {
            let answer = handle(None);
            front
                .journal
                .update(number, |entry| entry.status = Some(answer.status.as_u16()));
            return Delivery::Half(answer);
        }
        Some(Fault::MalformedJson) => {
            let mut answer = handle(None);
            // An unquoted, unclosed beginning: no prefix of it is valid JSON either.
            answer.body = Bytes::from([b"{malformed: ".as_slice(), &answer.body].concat());
            answer
        }
        // In the envelope of the service, where its clients look for a code.
        Some(Fault::Status(status)) => service.error(status, None, None),
        Some(Fault::StatusAfterHandling(status)) => {
            handle(None);
            service.error(status, None, None)
        }
        Some(Fault::HtmlBody(status)) => Answer::html(status),
        Some(Fault::Error {
            status,
            code,
            message,
        }) => service.error(status, Some(&code), Some(&message)),
        Some(Fault::RateLimited { retry_after }) => service.rate_limited(retry_after),
        Some(Fault::ExpiredToken) => service.error(401, None, None),
    };
    front
        .journal
        .update(number, |entry| entry.status = Some(answer.status.as_u16()));
    Delivery::Whole(answer)
}

/// The answer to a request whose body did not arrive.
#[cfg(feature = "serve")]
pub(crate) fn refuse(
    front: &Front,
    service: &dyn Service,
    incoming: &Incoming,
    why: Incomplete,
) -> Answer {
    // No fault is taken: the request got an error already, and a planned one waits for a whole request.
    let number = record(front, service, incoming, None);
    let answer = service.error(why.status, None, Some(why.message));
    front
        .journal
        .update(number, |entry| entry.status = Some(why.status));
    answer
}

fn record(front: &Front, service: &dyn Service, incoming: &Incoming, fault: Option<Fault>) -> u64 {
    front.journal.push(Entry {
        number: 0,
        service: service.name(),
        method: incoming.method.clone(),
        path: incoming.path.clone(),
        query: incoming.query.clone(),
        headers: redacted(&incoming.headers),
        body: incoming.body.clone(),
        body_size: incoming.body.len(),
        status: None,
        handled: false,
        generic: false,
        fault,
        at: front.clock.now(),
    })
}

fn redacted(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for (name, value) in &mut headers {
        // Journals are printed in failing tests and shown in the page. By parts of names, so that the header of a
        // service added later is covered as well.
        let secret = ["token", "key", "consumer", "signature", "receipt"]
            .iter()
            .any(|word| name.as_str().contains(word));
        if secret || name == AUTHORIZATION || name == COOKIE {
            *value = HeaderValue::from_static("[redacted]");
        }
    }
    headers
}
