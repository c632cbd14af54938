use std::fmt;

use cloud_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

cloud_core::open_enum! {
    /// From where an endpoint is meant to be reached.
    pub enum Interface {
        /// For use from everywhere.
        Public = "public",
        /// For use from inside of the cloud.
        Internal = "internal",
        /// For use by administrators.
        Admin = "admin",
    }
}

impl Interface {
    /// Reads `public`, and `publicURL` as older programs write it.
    pub fn from_text(text: &str) -> Self {
        // `publicURL` is how version 2.0 wrote it, and keystoneauth still takes it.
        let text = text.trim();
        Self::from(text.strip_suffix("URL").unwrap_or(text))
    }
}

/// An address of a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Endpoint {
    /// From where it is meant to be reached.
    pub interface: Interface,
    /// The name of its region, in the older of two fields.
    pub region: String,
    /// The id of its region.
    pub region_id: String,
    /// The address of the service.
    pub url: String,
}

impl Endpoint {
    /// The region: its id, where the catalog has one.
    pub fn region(&self) -> &str {
        // keystoneauth compares with `region_id`, and with `region` where there is none.
        if self.region_id.is_empty() {
            &self.region
        } else {
            &self.region_id
        }
    }
}

/// A service and its addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Service {
    /// The type of the service, such as `data-processing`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name of the service, which the operator chose.
    pub name: String,
    /// The addresses of the service.
    pub endpoints: Vec<Endpoint>,
}

/// The services that a token opens, in the order in which Keystone lists them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Catalog(pub Vec<Service>);

/// What is looked for in a [`Catalog`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointFilter {
    /// Types of the service, the first that the catalog has counts. `-` and `_` are the same.
    pub types: Vec<String>,
    /// The name of the service; any unless set.
    pub name: Option<String>,
    /// The interfaces, the best first.
    pub interfaces: Vec<Interface>,
    /// The region; any unless set.
    pub region: Option<String>,
}

impl EndpointFilter {
    /// The public endpoint of a service of this type, in any region.
    pub fn service(kind: impl Into<String>) -> Self {
        Self {
            types: vec![kind.into()],
            name: None,
            interfaces: vec![Interface::Public],
            region: None,
        }
    }
}

impl fmt::Display for EndpointFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interfaces: Vec<&str> = self.interfaces.iter().map(Interface::as_str).collect();
        write!(
            f,
            "{} endpoint of the service {}",
            interfaces.join(" or "),
            self.types.join(" or ")
        )?;
        if let Some(name) = &self.name {
            write!(f, " named {name}")?;
        }
        match &self.region {
            Some(region) => write!(f, " in the region {region}"),
            None => Ok(()),
        }
    }
}

impl Catalog {
    /// The first endpoint that fits, in the order of the catalog. The error tells what there is instead.
    ///
    /// ```
    /// use sahara::keystone::{Catalog, EndpointFilter};
    ///
    /// let catalog: Catalog = sahara::decode::from_str(
    ///     r#"[{"type": "data-processing", "name": "sahara", "endpoints": [
    ///         {"interface": "public", "region_id": "RegionOne", "url": "http://sahara:8386/v1.1/p"}]}]"#,
    /// )?;
    /// let (service, endpoint) = catalog.select(&EndpointFilter::service("data-processing")).unwrap();
    /// assert_eq!((service.name.as_str(), endpoint.url.as_str()), ("sahara", "http://sahara:8386/v1.1/p"));
    /// let error = catalog.select(&EndpointFilter::service("dns")).unwrap_err().to_string();
    /// assert!(error.ends_with("the catalog has the types data-processing"));
    /// # Ok::<(), sahara::Error>(())
    /// ```
    pub fn select(&self, filter: &EndpointFilter) -> Result<(&Service, &Endpoint)> {
        let missing = |what: String| Error::new(ErrorKind::Config, format!("no {filter}: {what}"));
        // Keystone gives a catalog with tokens that are for something only.
        if self.0.is_empty() {
            return Err(missing(
                "the token brought no catalog, as one without a project does".to_owned(),
            ));
        }
        let of_type = |kind: &String| -> Vec<&Service> {
            // keystoneauth takes both spellings for the same (measured).
            let same =
                |service: &&Service| service.kind.replace('_', "-") == kind.replace('_', "-");
            self.0.iter().filter(same).collect()
        };
        let services = filter
            .types
            .iter()
            .map(of_type)
            .find(|found| !found.is_empty())
            .unwrap_or_default();
        if services.is_empty() {
            let types: Vec<&str> = self.0.iter().map(|service| service.kind.as_str()).collect();
            return Err(missing(format!(
                "the catalog has the types {}",
                types.join(", ")
            )));
        }
        let called = |service: &&&Service| {
            // A catalog may leave names out, and then has nothing to compare.
            let name = filter.name.as_ref().filter(|_| !service.name.is_empty());
            name.is_none_or(|name| *name == service.name)
        };
        let of_name: Vec<&Service> = services.iter().filter(called).copied().collect();
        if of_name.is_empty() {
            let names: Vec<&str> = services
                .iter()
                .map(|service| service.name.as_str())
                .collect();
            return Err(missing(format!(
                "the services of this type are named {}",
                names.join(", ")
            )));
        }
        let region = |endpoint: &Endpoint| {
            filter
                .region
                .as_ref()
                .is_none_or(|region| region == endpoint.region())
        };
        // An earlier interface in a later service is better than the other way round. Of several that fit, the first one
        // counts, as in keystoneauth; choosing at random was a complaint (gophercloud/gophercloud#3747).
        for interface in &filter.interfaces {
            for service in &of_name {
                let fits =
                    |e: &&Endpoint| e.interface == *interface && region(e) && !e.url.is_empty();
                if let Some(endpoint) = service.endpoints.iter().find(fits) {
                    return Ok((service, endpoint));
                }
            }
        }
        let candidates: Vec<String> = of_name
            .iter()
            .flat_map(|service| &service.endpoints)
            .map(|endpoint| {
                format!(
                    "{} in {} ({})",
                    endpoint.interface,
                    endpoint.region(),
                    endpoint.url
                )
            })
            .collect();
        let candidates = if candidates.is_empty() {
            "no endpoint at all".to_owned()
        } else {
            candidates.join(", ")
        };
        Err(missing(format!("the service has {candidates}")))
    }
}
