use ovh::auth::CredentialState;
use ovh::iam::Permissions;
use ovh::me::bills::BillCategory;
use ovh::me::oauth2_clients::ClientFlow;
use ovh::{Client, CredentialId, Timestamp};

use super::super::Run;
use super::{All, PUBLIC_KEY};

/// A key that is given up again. Only some servers let it in before a user has said so.
pub(super) async fn guest(run: &mut Run, api: &Client) -> bool {
    let request = api
        .consumer_key()
        .read_only("/me")
        .redirect("https://app.example");
    match run.call(request).await {
        Some(pending) => {
            run.call(pending.client().auth().logout()).await;
            true
        }
        None => false,
    }
}

/// The number of the key in use.
pub(super) async fn identity(run: &mut Run, api: &Client) -> Option<CredentialId> {
    run.call(api.auth().time()).await;
    run.call(api.auth().details()).await;
    run.call(api.auth().current_credential())
        .await
        .map(|own| own.credential_id)
}

pub(super) async fn me(run: &mut Run, api: &Client) {
    let me = api.me();
    run.call(me.get()).await;
    run.call(me.update().city("Roubaix").fax(None)).await;

    let bills = me.bills();
    let renewals = bills
        .list()
        .since("2020-01-01")
        .category(BillCategory::AutoRenew);
    run.call(All(renewals.into_list())).await;
    let ids = run.call(bills.list().ids()).await;
    let bill = first(ids, "FR1");
    run.call(bills.get(&bill)).await;
    run.call(All(bills.details(&bill))).await;
    let lines = run.call(bills.details(&bill).ids()).await;
    run.call(bills.detail(&bill, &first(lines, "1"))).await;
    run.call(bills.payment(&bill)).await;

    let orders = run
        .call(All(me.orders().list().since("2020-01-01").into_list()))
        .await;
    let order = orders
        .and_then(|orders| orders.first().map(|order| order.order_id))
        .unwrap_or(1.into());
    run.call(me.orders().get(order)).await;
    run.call(me.orders().status(order)).await;

    let keys = me.ssh_keys();
    run.call(keys.create("exercise", PUBLIC_KEY)).await;
    run.call(All(keys.list())).await;
    run.call(keys.list().ids()).await;
    run.call(keys.get("exercise")).await;
    run.call(keys.delete("exercise")).await;

    let clients = me.oauth2_clients();
    let client = clients.create(
        "exercise",
        "made by an exercise",
        ClientFlow::AuthorizationCode,
    );
    let made = run
        .call(client.callback_urls(["https://app.example"]))
        .await;
    let client = made.map_or_else(|| "EU.1".to_owned(), |made| made.client_id);
    run.call(All(clients.list())).await;
    run.call(clients.get(&client)).await;
    run.call(clients.update(&client).description("exercised"))
        .await;
    run.call(clients.delete(&client)).await;
}

pub(super) async fn policies(run: &mut Run, api: &Client) {
    let policies = api.iam().policies();
    let resources = run
        .call(All(api.iam().resources().list().into_list()))
        .await;
    let urn =
        resources.and_then(|resources| resources.first().map(|resource| resource.urn.clone()));
    let urn = urn.unwrap_or_else(|| "urn:v1:eu:resource:vps:vps-1".to_owned());
    run.call(api.iam().resources().get(&urn)).await;
    let create = policies
        .create(
            "exercise",
            ["urn:v1:eu:identity:user:ab12345-ovh/exercise"],
            permissions(),
            [urn.as_str()],
        )
        .description("made by an exercise")
        .expired_at(Timestamp::from_unix(4_000_000_000).unwrap_or_default());
    let made = run.call(create).await;
    run.call(All(policies.list().details(true).into_list()))
        .await;
    run.call(All(policies
        .list()
        .read_only(false)
        .resource(urn.as_str())
        .into_list()))
        .await;
    let policy = made.unwrap_or_default();
    run.call(policies.get(&policy)).await;
    run.call(policies.update(&policy).description("exercised"))
        .await;
    run.call(policies.delete(&policy)).await;

    let groups = api.iam().resource_groups();
    let made = run.call(groups.create("exercise", [urn])).await;
    let group = made.unwrap_or_default();
    run.call(All(groups.list().details(true).into_list())).await;
    run.call(groups.get(&group)).await;
    run.call(groups.update(&group).name("exercised")).await;
    run.call(groups.delete(&group)).await;
}

fn permissions() -> Permissions {
    Permissions::allow(["vps:apiovh:get"]).and_deny(["vps:apiovh:reboot"])
}

/// What ends keys comes last: that of the client is among them.
pub(super) async fn farewell(
    run: &mut Run,
    api: &Client,
    logged_out: bool,
    own: Option<CredentialId>,
) {
    let credentials = api.me().credentials();
    let all = run
        .call(All(credentials.list().into_list()))
        .await
        .unwrap_or_default();
    run.call(All(credentials
        .list()
        .status(CredentialState::Validated)
        .into_list()))
        .await;
    // That of the guest, if there is one.
    let other = all
        .iter()
        .map(|credential| credential.credential_id)
        .find(|id| Some(*id) != own)
        .or(own)
        .unwrap_or(1.into());
    run.call(credentials.get(other)).await;
    run.call(credentials.application(other)).await;
    run.call(credentials.update(other).allowed_ips(["0.0.0.0/0"]))
        .await;
    run.call(credentials.delete(other)).await;

    let applications = api.me().applications();
    let all = run.call(All(applications.list())).await;
    let id = all
        .and_then(|all| all.first().map(|application| application.application_id))
        .unwrap_or(1.into());
    run.call(applications.get(id)).await;
    run.call(applications.delete(id)).await;
    if !logged_out {
        run.call(api.auth().logout()).await;
    }
}

fn first(ids: Option<Vec<String>>, otherwise: &str) -> String {
    ids.and_then(|ids| ids.into_iter().next())
        .unwrap_or_else(|| otherwise.to_owned())
}
