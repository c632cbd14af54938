//! Looking through jobs and executions: GraphQL queries, typed or of your own.
//!
//! The service takes queries in the URL and answers for all teams, whatever team is in the path. Typed lists
//! ([`Jobs::list`](crate::jobs::Jobs::list), [`Team::executions`](crate::Team::executions)) ask for what belongs to the
//! team. The service pays no heed to case, and takes some characters for wildcards; the jobs that it gives beyond those of
//! the team are dropped, while executions do not say whose they are.

use std::fmt::{self, Write as _};

use cloud_core::Error;
use cloud_core::call::Call;
use cloud_core::decode::{Decode, DecodeError};
use cloud_core::list::{List, PageRequest, PageStyle, Whole, numbers_after};
use cloud_core::model::{Page, PageInfo, PageToken};
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::ops;
use crate::team::Team;

mod document;
mod jobs;
mod models;

pub(crate) use document::Text;
#[cfg(feature = "experimental")]
pub(crate) use document::Words;
#[cfg(feature = "experimental")]
pub(crate) use jobs::EXECUTION;
pub use jobs::{Direction, JobFields, JobProperty, ListJobs};
pub use models::{DeploymentOutcome, ListedConfig, ListedDeployment, ListedJob};

/// How many items a page has unless asked otherwise; the `vdk` command line asks for as many.
pub(crate) const PAGE_SIZE: u32 = 100;

/// The answer to a query of your own.
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
struct Envelope<T> {
    data: Option<Data<T>>,
    errors: Option<Vec<Value>>,
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
            Some(data) if data.content.is_some() || errors.is_empty() => Ok((data, errors)),
            None if errors.is_empty() => Ok((Data::default(), errors)),
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

/// A query of your own; made by [`Jobs::graphql`](crate::jobs::Jobs::graphql).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct QueryJobs(Call<QueryAnswer>);

impl QueryJobs {
    pub(crate) fn of(team: &Team, document: String) -> Self {
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

/// A list by one of the roots of the schema, page after page.
pub(crate) fn list<T>(
    team: &Team,
    query: impl Query,
    keep: impl Fn(&T) -> bool + Send + Sync + 'static,
) -> List<T>
where
    T: DeserializeOwned + Send + 'static,
{
    let decode = Decode::json().try_map(move |answer: Envelope<T>| {
        let (data, _) = answer.open()?;
        let mut items = data.content.unwrap_or_default();
        items.retain(&keep);
        // The number of pages is turned into the next one by the style, which knows the page at hand.
        Ok(Page::new(
            items,
            PageInfo {
                next: None,
                last: data.total_pages,
                total: None,
            },
        ))
    });
    List::new(team.call(&ops::JOBS_QUERY, decode), &Whole, Some(PAGE_SIZE))
        .in_style(Numbered(query))
}

/// How a list is to be read. The list itself is made last, when all that is asked for is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paging {
    pub(crate) per_page: Option<u32>,
    pub(crate) from_page: Option<PageToken>,
    pub(crate) prefetch: usize,
    pub(crate) cap: Option<usize>,
    pub(crate) options: CallOptions,
}

impl Paging {
    pub(crate) fn apply<T: Send + 'static>(self, list: List<T>) -> List<T> {
        let mut list = list.prefetch(self.prefetch).options(|_| self.options);
        if let Some(items) = self.per_page {
            list = list.per_page(items);
        }
        if let Some(token) = self.from_page {
            if parse(&token).is_none() {
                // It would be left out, and the list would begin with its first page.
                let error =
                    Error::input("from_page", "is no token of this list, which is a number");
                list = list.map_call(|call| call.refuse(error));
            }
            list = list.from_page(token);
        }
        match self.cap {
            Some(items) => list.cap(items),
            None => list,
        }
    }
}

/// Gives a builder with a `paging` and a function `list` the ways in which lists are read everywhere. `made` is how a
/// team makes it.
macro_rules! paged {
    ($name:ident => $item:ty, $made:literal) => {
        impl $name {
            /// How many items a page shall hold; 100 unless set.
            pub fn per_page(mut self, items: u32) -> Self {
                self.paging.per_page = Some(items);
                self
            }

            /// Begins with the page of this token, as `continuation` gave it.
            pub fn from_page(mut self, token: cloud_core::model::PageToken) -> Self {
                self.paging.from_page = Some(token);
                self
            }

            /// Reads up to this many pages side by side, once the service has said how many there are. The order stays.
            pub fn prefetch(mut self, pages: usize) -> Self {
                self.paging.prefetch = pages;
                self
            }

            /// The most items that `all` collects (100,000).
            pub fn cap(mut self, items: usize) -> Self {
                self.paging.cap = Some(items);
                self
            }

            /// Sets a time limit, headers and so on for the call of each page.
            pub fn options(
                mut self,
                set: impl FnOnce(cloud_core::request::CallOptions) -> cloud_core::request::CallOptions,
            ) -> Self {
                self.paging.options = set(self.paging.options);
                self
            }

            /// Item after item; pages are read as they are needed.
            pub fn items(self) -> cloud_core::list::Items<$item> {
                self.list().items()
            }

            /// One page, the first one unless `from_page` says otherwise
            /// (`GET /data-jobs/for-team/{team_name}/jobs?query=..`). It says where the next one begins.
            ///
            /// Needs [read access](crate#access) to the team.
            ///
            /// ```
            /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
            /// # let sandbox = cloud_sandbox::Sandbox::new();
            /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
            /// # let api = builder.transport(sandbox.vdk_control()).build()?;
            /// # let team = api.team("analytics");
            #[doc = concat!("let first = team.", $made, ".page().await?;")]
            /// assert!(first.next().is_none(), "a team that has no jobs yet");
            /// # Ok(()) }
            /// ```
            pub fn page(self) -> cloud_core::call::Call<cloud_core::model::Page<$item>> {
                self.list().page()
            }

            /// Page after page.
            pub fn pages(self) -> cloud_core::list::Pages<$item> {
                self.list().pages()
            }

            /// All items of all pages (`GET /data-jobs/for-team/{team_name}/jobs?query=..`).
            ///
            /// Needs [read access](crate#access) to the team.
            ///
            /// ```
            /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
            /// # let sandbox = cloud_sandbox::Sandbox::new();
            /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
            /// # let api = builder.transport(sandbox.vdk_control()).build()?;
            /// # let team = api.team("analytics");
            #[doc = concat!("let all = team.", $made, ".all().await?;")]
            /// assert!(all.is_empty(), "a team that has no jobs yet");
            /// # Ok(()) }
            /// ```
            pub async fn all(self) -> cloud_core::Result<Vec<$item>> {
                self.list().all().await
            }

            cloud_core::if_blocking! {
                /// The items as an iterator, for a blocking program.
                pub fn items_blocking(self) -> cloud_core::list::BlockingItems<$item> {
                    self.list().items().blocking()
                }

                /// All items of all pages, blocking this thread until they are there.
                pub fn all_blocking(self) -> cloud_core::Result<Vec<$item>> {
                    cloud_core::blocking::block_on(self.list().all())
                }

                /// The pages as an iterator, for a blocking program.
                pub fn pages_blocking(self) -> cloud_core::list::BlockingPages<$item> {
                    self.list().pages().blocking()
                }

                /// One page, blocking this thread until it is there.
                pub fn page_blocking(self) -> cloud_core::Result<cloud_core::model::Page<$item>> {
                    self.list().page().send_blocking()
                }
            }
        }
    };
}
pub(crate) use paged;

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
struct Numbered<Q>(Q);

impl<Q: Query> Numbered<Q> {
    fn document(&self, page: u64, size: u32) -> String {
        let mut document = String::new();
        // Writing into a string cannot fail.
        let _ = (|| {
            write!(document, "{{{}(pageNumber:{page},pageSize:{size}", Q::ROOT)?;
            self.0.arguments(&mut document)?;
            document.write_str("){content{")?;
            self.0.fields(&mut document)?;
            document.write_str("}totalPages totalItems}}")
        })();
        document
    }
}

fn parse(token: &PageToken) -> Option<u64> {
    token.as_str().parse().ok()
}

fn number(token: Option<&PageToken>) -> u64 {
    token.and_then(parse).unwrap_or(1)
}

impl<Q: Query> PageStyle for Numbered<Q> {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        // Both are always written: the schema's own default for the page is one that the server refuses.
        request.query(
            "query",
            self.document(number(token), size.unwrap_or(PAGE_SIZE)),
        );
    }

    fn next(&self, token: Option<&PageToken>, info: &PageInfo, _: usize) -> Option<PageToken> {
        let here = number(token);
        (here < info.last?).then(|| PageToken::from((here + 1).to_string()))
    }

    fn ahead(&self, token: Option<&PageToken>, info: &PageInfo) -> Vec<PageToken> {
        numbers_after(number(token), info.last.unwrap_or(0))
    }
}
