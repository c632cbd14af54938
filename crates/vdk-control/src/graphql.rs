//! GraphQL: the query language in which the service lists jobs and executions.
//!
//! The service takes queries in the URL and answers for all teams, not only for the team in the path. Typed lists
//! ([`Jobs::list`](crate::jobs::Jobs::list), [`Team::executions`](crate::Team::executions)) ask for what belongs to the
//! team. The service ignores case, and takes some characters for wildcards; the jobs that it gives beyond those of the
//! team are dropped, while executions do not say which team they belong to.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU32, Ordering};

use cloud_core::call::Call;
use cloud_core::decode::{Decode, DecodeError};
use cloud_core::list::{List, PageRequest, PageStyle, Whole, numbers_after};
use cloud_core::model::{Page, PageInfo, PageToken, Sort};
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::jobs::Jobs;
use crate::ops;
use crate::team::Team;

mod document;

pub(crate) use document::Text;
#[cfg(feature = "experimental")]
pub(crate) use document::Words;

/// How many items a page has unless asked otherwise; the `vdk` command line asks for as many.
const PAGE_SIZE: u32 = 100;

/// The answer to a GraphQL query of the program.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct QueryAnswer {
    /// What was found, with the fields that were asked for.
    pub content: Vec<Value>,
    /// How many there are on all pages, when that was asked for.
    pub total_items: Option<u64>,
    /// How many pages there are, when that was asked for.
    pub total_pages: Option<u64>,
    /// What GraphQL complained of although it gave an answer.
    pub errors: Vec<Value>,
}

/// What the service answers with: the content of the root stands directly in `data`.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Envelope<T> {
    #[serde(default, deserialize_with = "data")]
    data: Option<Data<T>>,
    errors: Option<Vec<Value>>,
}

/// What is there: `null` is the answer of a root that has nothing.
fn data<'de, D, T>(of: D) -> Result<Option<Data<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Option::deserialize(of).map(|data: Option<Data<T>>| Some(data.unwrap_or_default()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Data<T> {
    content: Option<Vec<T>>,
    total_items: Option<u64>,
    total_pages: Option<u64>,
}

impl<T> Default for Data<T> {
    fn default() -> Self {
        Self {
            content: None,
            total_items: None,
            total_pages: None,
        }
    }
}

impl<T> Envelope<T> {
    /// An answer without data has failed, whatever its status.
    fn open(self) -> Result<(Data<T>, Vec<Value>), DecodeError> {
        let errors = self.errors.unwrap_or_default();
        let message = |error: &Value| {
            error
                .get("message")
                .and_then(Value::as_str)
                .unwrap_or("unknown")
                .to_owned()
        };
        match self.data {
            None if errors.is_empty() => Err(DecodeError::new(
                "the answer has neither `data` nor `errors`, so it is none to a query",
            )),
            Some(data) if data.content.is_some() || errors.is_empty() => Ok((data, errors)),
            _ => {
                let said: Vec<String> = errors.iter().map(message).collect();
                Err(DecodeError::new(format!(
                    "the query was not answered: {}",
                    said.join("; ")
                )))
            }
        }
    }
}

impl Jobs<'_> {
    /// Sends a GraphQL query of the program (`GET /data-jobs/for-team/{team_name}/jobs?query=..`; without a mark of
    /// stability). The document stands in the URL, so keep it short.
    ///
    /// The service answers for all teams: ask for those of one by a filter.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # api.team("analytics").jobs().create("daily-load").await?;
    /// let query = "{ jobs(pageNumber: 1, pageSize: 5) { content { jobName } totalItems } }";
    /// let answer = api.team("analytics").jobs().graphql(query).await?;
    /// assert_eq!(answer.content[0]["jobName"], "daily-load");
    /// # Ok(()) }
    /// ```
    pub fn graphql(self, document: impl Into<String>) -> QueryJobs {
        QueryJobs::of(self.team(), document.into())
    }
}

/// A GraphQL query of the program; made by [`Jobs::graphql`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct QueryJobs(Call<QueryAnswer>);

impl QueryJobs {
    fn of(team: &Team, document: String) -> Self {
        let decode = Decode::json().try_map(|answer: Envelope<Value>| {
            let (
                Data {
                    content,
                    total_items,
                    total_pages,
                },
                errors,
            ) = answer.open()?;
            Ok(QueryAnswer {
                content: content.unwrap_or_default(),
                total_items,
                total_pages,
                errors,
            })
        });
        let checked = crate::check::not_empty("query", &document);
        Self(
            team.call(&ops::JOBS_QUERY, decode)
                .query("query", document)
                .check(checked),
        )
    }

    /// The variables of the document.
    pub fn variables(self, variables: impl Into<Map<String, Value>>) -> Self {
        let variables: Map<String, Value> = variables.into();
        Self(self.0.set_query("variables", Value::Object(variables)))
    }

    /// Which operation of the document is meant, when it has several.
    pub fn operation_name(self, name: impl fmt::Display) -> Self {
        Self(self.0.set_query("operation_name", name))
    }

    /// Sets a time limit, headers and so on for this call only.
    pub fn options(self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        Self(self.0.options(set))
    }
}

cloud_core::send_methods!(QueryJobs => QueryAnswer, |this| this.0);

/// A list by one of the roots of the schema. What it asks for is set last, as its [`Numbered`] style, when all of it is
/// known.
pub(crate) fn list<T>(team: &Team) -> List<T>
where
    T: DeserializeOwned + Send + 'static,
{
    let decode = Decode::json().try_map(|answer: Envelope<T>| {
        let (data, _) = answer.open()?;
        // As in every list of answers, `null` and nothing stand for an empty one.
        let items = data.content.unwrap_or_default();
        // What the service sent, before any of it is dropped. The style knows the page at hand and how many were asked
        // for, and makes the next page of it.
        let info = PageInfo {
            next: Some(items.len().to_string()),
            last: data.total_pages,
            total: None,
        };
        Ok(Page::new(items, info))
    });
    List::new(team.call(&ops::JOBS_QUERY, decode), &Whole, Some(PAGE_SIZE))
}

/// What a list asks for.
pub(crate) trait Query: fmt::Debug + Send + Sync + 'static {
    /// The root of the schema.
    const ROOT: &'static str;
    /// Writes the arguments after those of the page, each with a comma before it.
    fn arguments(&self, document: &mut String) -> fmt::Result;
    /// Writes the fields of an item.
    fn fields(&self, document: &mut String) -> fmt::Result;
}

/// Pages by number, within the document.
#[derive(Debug)]
pub(crate) struct Numbered<Q> {
    query: Q,
    /// How many items were asked for on a page; the same for all pages of a list.
    size: AtomicU32,
}

impl<Q: Query> Numbered<Q> {
    pub(crate) fn new(query: Q) -> Self {
        Self {
            query,
            size: AtomicU32::new(PAGE_SIZE),
        }
    }

    fn document(&self, page: u64, size: u32) -> String {
        let mut document = String::new();
        // Writing into a string cannot fail.
        let _ = (|| {
            write!(document, "{{{}(pageNumber:{page},pageSize:{size}", Q::ROOT)?;
            self.query.arguments(&mut document)?;
            document.write_str("){content{")?;
            self.query.fields(&mut document)?;
            document.write_str("}totalPages totalItems}}")
        })();
        document
    }
}

/// The word for the order of a list.
pub(crate) fn direction(sort: &Sort) -> &'static str {
    if sort.is_descending() { "DESC" } else { "ASC" }
}

fn parse(token: &PageToken) -> Option<u64> {
    token.as_str().parse().ok()
}

fn number(token: Option<&PageToken>) -> u64 {
    token.and_then(parse).unwrap_or(1)
}

impl<Q: Query> PageStyle for Numbered<Q> {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        if token.is_some_and(|token| parse(token).is_none()) {
            request.refuse("is no token of this list, which is a number");
        }
        // Both are always written: the schema's own default for the page is one that the server refuses.
        let size = size.unwrap_or(PAGE_SIZE);
        self.size.store(size, Ordering::Relaxed);
        request.query("query", self.document(number(token), size));
    }

    fn next(&self, token: Option<&PageToken>, info: &PageInfo, _: usize) -> Option<PageToken> {
        let here = number(token);
        let goes_on = if let Some(last) = info.last {
            here < last
        } else {
            // The server tells how many pages there are. Stubs and servers in between do not, and the command line of
            // `vdk` reads on until a page is short.
            let sent = info.next.as_ref().and_then(|sent| sent.parse().ok());
            sent.unwrap_or(0) >= self.size.load(Ordering::Relaxed)
        };
        goes_on.then(|| PageToken::from((here + 1).to_string()))
    }

    fn ahead(&self, token: Option<&PageToken>, info: &PageInfo) -> Vec<PageToken> {
        numbers_after(number(token), info.last.unwrap_or(0))
    }
}
