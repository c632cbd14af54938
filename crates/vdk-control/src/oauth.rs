//! OAuth applications of teams: how their programs log in.

use std::fmt;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::ops;
use crate::team::Team;

/// The OAuth application of a team. `Debug` hides the secret.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct TeamCredentials {
    /// The team that the application belongs to.
    pub team_name: String,
    /// The name of the application (`clientId`).
    pub client_id: String,
    /// The secret of the application (`clientSecret`).
    pub client_secret: SecretString,
}

/// Which team an OAuth application belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClientIdOfTeam {
    /// The team that the application belongs to.
    pub team_name: String,
    /// The name of the application (`clientId`).
    pub client_id: String,
}

impl Client {
    /// The teams that these OAuth clients belong to (`POST /data-jobs/oauth-credentials/client-ids`; without a mark of
    /// stability). It changes nothing, so it is repeated after failures that pass.
    ///
    /// # Permissions
    ///
    /// No access token is needed.
    pub fn teams_of_client_ids(
        &self,
        ids: impl IntoIterator<Item = impl Into<String>>,
    ) -> Call<Vec<ClientIdOfTeam>> {
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        let call = self
            .call(&ops::GET_TEAMS_OF_CLIENT_IDS, Decode::json())
            .json(&ids);
        // A POST that reads.
        call.options(|options| options.idempotent(true))
    }
}

impl Team {
    /// The OAuth application by which the programs of the team log in.
    pub fn oauth_credentials(&self) -> OauthCredentials<'_> {
        OauthCredentials(self)
    }
}

/// The OAuth application of a team, `/data-jobs/teams/{team_name}/oauth-credentials`.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
/// # let api = builder.transport(sandbox.vdk_control()).build()?;
/// use vdk_control::ExposeSecret;
///
/// let team = api.team("analytics");
/// team.oauth_credentials().put("loader-client", "client-secret").await?;
/// let credentials = team.oauth_credentials().get().await?;
/// assert_eq!(credentials.client_secret.expose_secret(), "client-secret");
///
/// let teams = api.teams_of_client_ids(["loader-client"]).await?;
/// assert_eq!(teams[0].team_name, "analytics");
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct OauthCredentials<'a>(&'a Team);

impl fmt::Debug for OauthCredentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OauthCredentials({:?})", self.0)
    }
}

impl OauthCredentials<'_> {
    /// The application of the team, with its secret (`GET /data-jobs/teams/{team_name}/oauth-credentials`; stable).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](cloud_core::Error::is_not_found) when the team has none.
    #[inline]
    pub fn get(self) -> Call<TeamCredentials> {
        self.0.call(&ops::GET_OAUTH_CREDENTIALS, Decode::json())
    }

    /// Sets the application of the team (`PUT /data-jobs/teams/{team_name}/oauth-credentials`; stable). Access tokens
    /// that it gets are then taken for the team.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
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
    /// # Permissions
    ///
    /// No access token is needed.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](cloud_core::Error::is_not_found) when the team has none.
    #[inline]
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
