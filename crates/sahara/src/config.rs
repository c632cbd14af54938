//! Where login, endpoint and the other settings come from when the program does not give them: `clouds.yaml` and the
//! environment, by the rules of openstacksdk.
//!
//! # Which cloud
//!
//! The one that the program names; else the one that `OS_CLOUD` names; else the environment itself, as a cloud named
//! `envvars` (or as `OS_CLOUD_NAME` says), when it has any variable of the table below; else the only one in the file.
//! A cloud of the file and the environment are never mixed: with `OS_CLOUD`, `OS_PASSWORD` has no effect, and
//! [`explain`](crate::Client::explain) says so. `OS_CLOUD`, `OS_CLOUD_NAME`, `OS_REGION_NAME`, `OS_CLIENT_CONFIG_FILE` and
//! `OS_CLIENT_SECURE_FILE` choose, and do not make a cloud of the environment.
//!
//! # Files
//!
//! `clouds.yaml`, `clouds.yml` or `clouds.json` is looked for in the current directory, `openstack` of the user's
//! configuration (`XDG_CONFIG_HOME`, then `~/.config`), `openstack` of the machine's (`XDG_CONFIG_DIRS`, `/etc/xdg`
//! unless set), and `/etc/openstack`; the first that can be read counts alone. `OS_CLIENT_CONFIG_FILE` names one instead,
//! which must be there, where openstacksdk would go on looking. The same holds for `secure.yaml`
//! (`OS_CLIENT_SECURE_FILE`), whose clouds are laid over those of the first, and for `clouds-public.yaml`, which holds
//! profiles under `public-clouds`. A file that was found and is no YAML is passed over: `explain` and every error say so,
//! with the line and the reason.
//!
//! Values are text as it stands in the file. A password of `1e10`, `0o17`, `010` or `yes` is sent as it is written, without
//! quotes too, where Python reads some of them as numbers and flags. Numbers and flags are read where a key needs one.
//!
//! # Which value
//!
//! From weak to strong: the profile of the cloud (`profile`), the cloud's entry, the `values` of its region, what the
//! program sets. A key may stand in `auth` and beside it, and have several words; what counts then is what openstacksdk
//! sends:
//!
//! - `auth_url`, `username`, `user_id`, `password`, `application_credential_*`, `trust_id`, `system_scope` and
//!   `default_domain_*`: the one in `auth`;
//! - `project_*`, `user_domain_*`, `project_domain_*`, `domain_*` and `token`: the first word of the table, wherever it
//!   stands, and then the one beside `auth`. With `auth_type: v2password` the words with `tenant` are the stronger ones;
//! - everything else: the first word of the table, but that `endpoint_type` goes before `interface`.
//!
//! Of a domain, an id goes before a name, even when the id is only that of `domain_id` or `default_domain_id`.
//!
//! `auth_url` and what is no part of the login may contain `{region_name}` and other keys of the cloud, but for secrets. The
//! address of Sahara may also contain `{project_id}` and `{user_id}`, or `%(project_id)s` and `%(user_id)s`: those of the
//! token. An address with a field that is not known is an error.
//!
//! | key | environment | meaning |
//! |---|---|---|
//! | `auth_url` | `OS_AUTH_URL` | the address of Keystone |
//! | `auth_type` (`auth_plugin`) | `OS_AUTH_TYPE` | `password`, `v3password`, `v2password`, `token`, `v3token` or `v3applicationcredential`; found out from the other keys unless set |
//! | `identity_api_version` | `OS_IDENTITY_API_VERSION` | `2` or `2.0` asks for the old kind of password |
//! | `username` (`user_name`), `user_id`, `password` | `OS_USERNAME`, `OS_USER_ID`, `OS_PASSWORD` | the user |
//! | `user_domain_id`, `user_domain_name` | `OS_USER_DOMAIN_ID`, ... | the user's domain |
//! | `token` (`auth_token`) | `OS_TOKEN` | a token that is there already |
//! | `application_credential_id`, `_name`, `_secret` | `OS_APPLICATION_CREDENTIAL_ID`, ... | an application credential; what is said of a project is left out then |
//! | `project_id`, `project_name` (`tenant_id`, `tenant_name`) | `OS_PROJECT_ID`, ... | the project |
//! | `project_domain_id`, `project_domain_name` | `OS_PROJECT_DOMAIN_ID`, ... | the project's domain |
//! | `domain_id`, `domain_name` | `OS_DOMAIN_ID`, ... | the domain of user and project; without a project, what the token is for |
//! | `default_domain_id`, `default_domain_name` | `OS_DEFAULT_DOMAIN_ID`, ... | the domain of what has none; the one with the id `default` unless set |
//! | `trust_id`, `system_scope` | `OS_TRUST_ID`, `OS_SYSTEM_SCOPE` | other things that a token can be for |
//! | `region_name`, `regions` | `OS_REGION_NAME` | the region: the first of `regions` unless set, and one of them if there are any |
//! | `interface` (`endpoint_type`) | `OS_INTERFACE`, `OS_ENDPOINT_TYPE` | `public`, `internal` or `admin`, several with commas or as a list |
//! | `verify`, `insecure` | `OS_VERIFY`, `OS_INSECURE` | whether certificates are checked; `insecure` is the stronger |
//! | `cacert`, `cert`, `key` | `OS_CACERT`, `OS_CERT`, `OS_KEY` | files in PEM: the only authorities that are trusted, a certificate to show, its key unless the certificate's file holds it |
//! | `api_timeout` | `OS_API_TIMEOUT` | seconds for one attempt; 0 for the usual time |
//! | `profile` (`cloud`) | | the profile to build upon |
//! | `data_processing_endpoint_override` (`data_processing_endpoint`, `data_processing_url`) | `OS_DATA_PROCESSING_ENDPOINT_OVERRIDE`, ... | the address of Sahara, instead of the catalog's |
//! | `data_processing_api_version` | `OS_DATA_PROCESSING_API_VERSION` | `1.1` or `2` |
//! | `data_processing_interface`, `_region_name`, `_service_type`, `_service_name` | `OS_DATA_PROCESSING_INTERFACE`, ... | as without the prefix, for Sahara alone |
//!
//! `-` and `_` are the same in keys. An empty value counts as not set. Other keys have no effect; `explain` and errors name
//! those in `auth`, and beside it those that begin with `data_processing_`, `auth_`, `user_`, `project_`, `tenant_` or
//! `application_credential_`. Other variables have no effect but for
//! those of proxies: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, whichever cloud is chosen.
//!
//! # Where openstacksdk does something else
//!
//! `cargo xtask third-party openstack` compares some 400 sets of files and variables with openstacksdk 4.22. What is read here
//! and not there: kinds of login that are found out from their keys, `auth_plugin`, `-` in every key, `yes` and `1` for flags,
//! `$(project_id)s` and `{project_id}` in the address of Sahara. What comes out otherwise:
//!
//! - unquoted text that Python takes for a number, a flag or a date is sent as it is written;
//! - a user or a project without a domain is looked for in the one with the id `default`, which a note says, where Keystone
//!   would refuse the name alone;
//! - beside an application credential a project has no effect, which a note says, where Keystone would refuse it;
//! - a misspelled key in `auth` is noted, and no error;
//! - a key of a file that stands there twice is an error, and no choice of the last one;
//! - an empty key has no effect on the same key elsewhere;
//! - with `regions` and `region_name`, the named one is taken and not the first;
//! - variables that are not in the table make no cloud of the environment;
//! - profiles come from `clouds-public.yaml` alone: none are built in, and none are fetched.
//!
//! # Plain HTTP
//!
//! A login is a secret, so `http://` is for this machine only, as is the address of Sahara, which is sent the token. Where
//! it is meant all the same, as with DevStack, the program says so: `Cloud::builder().allow_http(true).from_env()?`.
//!
//! # Certificates
//!
//! `cacert` may hold authorities or the certificate of the server itself, which is then trusted as it is; its name and its
//! dates are checked all the same.
//!
//! # Proxies
//!
//! Proxies are those of the environment, by the rules of [`ProxyVariables`], which never have one for this machine. A proxy
//! that the program sets (`http(|http| http.proxy(..))`) goes before them, and `http(|http| http.system_proxy(false))` uses
//! none.

use std::fmt;
use std::time::Duration;

pub use cloud_core::config::{Environment, Origin, ProxyVariables, Setting};
use cloud_core::{Error, ErrorKind, Result};
use secrecy::SecretString;

use crate::keystone::{Interface, Login};
use crate::version::Version;

mod auth;
mod entry;
mod files;
mod tls;
mod yaml;

use entry::Entry;
use files::Files;

/// Everything that was found. `Debug` hides what is secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The name of the cloud, and where it was chosen.
    pub cloud: Setting<String>,
    /// The address of Keystone.
    pub auth_url: Setting<String>,
    /// The login of the user.
    pub login: Login,
    /// Where the secret of the login came from: told when Keystone does not accept it.
    pub login_origin: Origin,
    /// The address of Sahara, instead of what the catalog says.
    pub endpoint_override: Option<Setting<String>>,
    /// The version of the API.
    pub version: Option<Setting<Version>>,
    /// The interfaces of the endpoint, the best first.
    pub interfaces: Option<Setting<Vec<Interface>>>,
    /// The region of the endpoint.
    pub region: Option<Setting<String>>,
    /// The type of the service in the catalog.
    pub service_type: Option<Setting<String>>,
    /// The name of the service in the catalog.
    pub service_name: Option<Setting<String>>,
    /// How long one attempt may take.
    pub timeout: Option<Setting<Duration>>,
    /// How servers are trusted, and what they are shown.
    pub tls: Tls,
    /// The proxies that the environment names.
    pub proxy_variables: ProxyVariables,
    /// What was found and not used, for people.
    pub notes: Vec<String>,
}

/// How servers are trusted, and what they are shown. `Debug` hides the key.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Tls {
    /// Whether certificates are not checked, and the setting that says so.
    pub insecure: Option<Setting<()>>,
    /// The certificate authorities in PEM; only these are trusted.
    pub authorities: Option<Setting<String>>,
    /// The client's certificate and its key in PEM.
    pub identity: Option<Setting<(String, SecretString)>>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("insecure", &self.insecure)
            .field(
                "authorities",
                &self.authorities.as_ref().map(|setting| &setting.origin),
            )
            .field(
                "identity",
                &self.identity.as_ref().map(|setting| &setting.origin),
            )
            .finish()
    }
}

impl Settings {
    /// Reads the settings of the cloud that the environment chooses.
    pub fn load(env: &Environment) -> Result<Self> {
        Self::read(env, None, None)
    }

    /// Reads the settings of a cloud by its name.
    pub fn load_cloud(env: &Environment, name: &str) -> Result<Self> {
        Self::read(env, Some(name), None)
    }

    /// Reads the settings of a cloud by its name, or as the environment chooses, in a certain region.
    pub(crate) fn read(
        env: &Environment,
        name: Option<&str>,
        region: Option<&str>,
    ) -> Result<Self> {
        let mut notes = Vec::new();
        Self::noting(env, name, region, &mut notes).map_err(|error| {
            // Who gets an error has no client that could explain: what was passed over may be the reason.
            let problems = [error.message().to_owned()].into_iter().chain(notes);
            Error::new(ErrorKind::Config, problems.collect::<Vec<_>>().join("; "))
        })
    }

    fn noting(
        env: &Environment,
        name: Option<&str>,
        region: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Result<Self> {
        let files = Files::read(env, notes)?;
        let from_env = Entry::from_environment(env)?;
        let cloud = choose(env, name, &files, from_env.as_ref())?;
        let envvars = envvars(env)?;
        let entry = match from_env {
            Some(entry) if cloud.value == envvars.value => {
                if files.has_cloud(&cloud.value) {
                    let text = format!(
                        "is the name of the cloud that the environment is, and of one in {}; rename the first by \
                         OS_CLOUD_NAME",
                        files.path()
                    );
                    return Err(cloud.error(text));
                }
                entry.with_region(region, Vec::new())?
            }
            other => {
                // openstacksdk lays nothing of the environment over a cloud of a file; gophercloud does so for some
                // variables.
                if let Some(unused) = other {
                    let names: Vec<String> = unused.origins().map(ToString::to_string).collect();
                    notes.push(format!(
                        "without effect beside a cloud of the file: {}",
                        names.join(", ")
                    ));
                }
                files.entry(&cloud, region, notes)?
            }
        };
        notes.extend(entry.unknown());
        Self::from_entry(env, cloud, &entry.filled()?, notes)
    }

    fn from_entry(
        env: &Environment,
        cloud: Setting<String>,
        entry: &Entry,
        notes: &mut Vec<String>,
    ) -> Result<Self> {
        let auth_url = entry.text("auth_url").ok_or_else(|| {
            cloud.error(format_args!("the cloud {} has no auth_url", cloud.value))
        })?;
        // What is taken for granted is no reason for an error, so it is noted at the end.
        let mut assumed = Vec::new();
        let login = auth::login(entry, &auth_url, &mut assumed)?;
        // The key for Sahara alone goes before the one for all services.
        let own = |key: &str| {
            entry
                .text(&format!("data_processing_{key}"))
                .or_else(|| entry.text(key))
        };
        let version = entry.text("data_processing_api_version").map(|setting| {
            setting.try_map(|text| {
                Version::from_text(&text)
                    .ok_or_else(|| format!("must be 1.1 or 2, which {text:?} is not"))
            })
        });
        let interfaces = own("interface").map(|setting| setting.try_map(|text| interfaces(&text)));
        Ok(Self {
            endpoint_override: entry.text("data_processing_endpoint_override"),
            version: version.transpose()?,
            interfaces: interfaces.transpose()?,
            region: own("region_name"),
            service_type: entry.text("data_processing_service_type"),
            service_name: entry.text("data_processing_service_name"),
            timeout: entry
                .text("api_timeout")
                .map(seconds)
                .transpose()?
                // To openstacksdk 0 is no limit.
                .filter(|limit| !limit.value.is_zero()),
            tls: tls::read(env, entry)?,
            proxy_variables: ProxyVariables::read(env),
            cloud,
            auth_url,
            login: login.value,
            login_origin: login.origin,
            notes: notes.drain(..).chain(assumed).collect(),
        })
    }
}

/// The name that the environment has as a cloud.
fn envvars(env: &Environment) -> Result<Setting<String>> {
    let default = || Setting::new("envvars".to_owned(), Origin::Variable("OS_*".to_owned()));
    Ok(env.get_nonempty("OS_CLOUD_NAME")?.unwrap_or_else(default))
}

/// Which cloud it is to be.
fn choose(
    env: &Environment,
    name: Option<&str>,
    files: &Files,
    from_env: Option<&Entry>,
) -> Result<Setting<String>> {
    if let Some(name) = name {
        return Ok(Setting::new(name.to_owned(), Origin::Builder("cloud")));
    }
    if let Some(name) = env.get_nonempty("OS_CLOUD")? {
        return Ok(name);
    }
    // As in openstacksdk: settings in the environment are a cloud of their own, and go before the only one of a file.
    if from_env.is_some() {
        return envvars(env);
    }
    let names = files.clouds();
    match names.as_slice() {
        [only] => Ok(Setting::new((*only).to_owned(), files.origin("clouds"))),
        [] => {
            let text = format!(
                "no cloud is given: set OS_CLOUD, or OS_AUTH_URL and a login; {}",
                files.searched()
            );
            Err(Error::new(ErrorKind::Config, text))
        }
        _ => {
            let text = format!(
                "several clouds are there: {}; choose one by OS_CLOUD",
                names.join(", ")
            );
            Err(Error::config(files.origin("clouds"), text))
        }
    }
}

fn interfaces(text: &str) -> Result<Vec<Interface>, String> {
    let list: Vec<Interface> = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(Interface::from_text)
        .collect();
    match list
        .iter()
        .find(|interface| matches!(interface, Interface::Unknown(_)))
    {
        Some(unknown) => Err(format!(
            "must be public, internal or admin, which {unknown} is not"
        )),
        None => Ok(list),
    }
}

fn seconds(setting: Setting<String>) -> Result<Setting<Duration>> {
    setting.try_map(|text| {
        let seconds = text.trim().parse::<f64>().ok();
        let limit = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        limit.ok_or_else(|| format!("must be a number of seconds, which {text:?} is not"))
    })
}

// The tests expect the paths of Unix.
#[cfg(all(test, unix))]
mod tests;
