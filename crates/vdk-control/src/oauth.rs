//! OAuth applications of teams: how their programs log in.

use std::fmt;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::check;
use crate::ops;
use crate::team::Team;

/// The OAuth application of a team. `Debug` hides the secret.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct TeamCredentials {
    /// The team.
    pub team_name: String,
    /// The name of its application (`clientId`).
    pub client_id: String,
    /// Its secret (`clientSecret`).
    pub client_secret: SecretString,
}

/// Which team an OAuth application belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClientIdOfTeam {
    /// The team.
    pub team_name: String,
    /// The name of its application (`clientId`).
    pub client_id: String,
}

/// `/data-jobs/teams/{team_name}/oauth-credentials`.
#[derive(Clone, Copy)]
pub struct OauthCredentials<'a>(&'a Team);

impl fmt::Debug for OauthCredentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OauthCredentials({:?})", self.0)
    }
}

impl<'a> OauthCredentials<'a> {
    pub(crate) fn new(team: &'a Team) -> Self {
        Self(team)
    }

    /// The application of the team, with its secret (`GET /data-jobs/teams/{team_name}/oauth-credentials`; stable).
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// Errors worth handling: [`is_not_found`](cloud_core::Error::is_not_found) when the team has none.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// use secrecy::ExposeSecret;
    ///
    /// let team = api.team("analytics");
    /// let credentials = team.oauth_credentials();
    /// credentials.put("loader-client", "client-secret").await?;
    /// assert_eq!(credentials.get().await?.client_secret.expose_secret(), "client-secret");
    /// # Ok(()) }
    /// ```
    pub fn get(self) -> Call<TeamCredentials> {
        self.0.call(&ops::GET_OAUTH_CREDENTIALS, Decode::json())
    }

    /// Sets the application of the team (`PUT /data-jobs/teams/{team_name}/oauth-credentials`; stable). Access tokens
    /// that it gets are then taken for the team.
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// let team = api.team("analytics");
    /// team.oauth_credentials().put("loader-client", "client-secret").await?;
    /// assert_eq!(team.oauth_credentials().get().await?.client_id, "loader-client");
    /// # Ok(()) }
    /// ```
    pub fn put(
        self,
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> PutOauthCredentials {
        let call = self.0.call(&ops::PUT_OAUTH_CREDENTIALS, Decode::nothing());
        PutOauthCredentials::new(call, client_id.into(), client_secret.into())
    }

    /// The name of the team's application, without its secret
    /// (`GET /data-jobs/teams/{team_name}/oauth-credentials/client-id`; stable).
    ///
    /// Needs no access token.
    ///
    /// Errors worth handling: [`is_not_found`](cloud_core::Error::is_not_found) when the team has none.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # api.team("analytics").oauth_credentials().put("loader-client", "client-secret").await?;
    /// assert_eq!(api.team("analytics").oauth_credentials().client_id().await?.client_id, "loader-client");
    /// # Ok(()) }
    /// ```
    pub fn client_id(self) -> Call<ClientIdOfTeam> {
        self.0.call(&ops::GET_CLIENT_ID, Decode::json())
    }
}

cloud_core::request! {
    /// Sets the OAuth application of a team; made by [`OauthCredentials::put`]. `Debug` hides the secret.
    pub struct PutOauthCredentials => ();
    required {
        #[serde(rename = "clientId")]
        client_id: String,
        #[serde(rename = "clientSecret", serialize_with = "cloud_core::model::secret::expose")]
        client_secret: SecretString,
    }
    check |this: &Self| {
        use secrecy::ExposeSecret as _;
        check::not_empty("clientId", &this.client_id)?;
        check::not_empty("clientSecret", this.client_secret.expose_secret())
    };
}
