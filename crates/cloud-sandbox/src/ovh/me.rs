//! `/me`: the account, and the keys that it installs on servers.

use serde_json::{Value, json};

use crate::route::Route;

use super::Ctx;
use super::body::{Field, Kind, nullable, optional, read_only, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::settings::ACCOUNT;

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Me {
    nichandle: Value,
    keys: Vec<(String, String)>,
}

const NICHANDLE: &[Field] = &[
    nullable("address", Kind::Text),
    nullable("area", Kind::Text),
    nullable("birthCity", Kind::Text),
    nullable("birthDay", Kind::Text),
    nullable("city", Kind::Text),
    nullable("companyNationalIdentificationNumber", Kind::Text),
    nullable("complementaryAddress", Kind::Text),
    nullable("corporationType", Kind::Text),
    optional("country", Kind::Text),
    nullable("fax", Kind::Text),
    nullable("firstname", Kind::Text),
    nullable("italianSDI", Kind::Text),
    nullable("language", Kind::Text),
    optional("legalform", Kind::OneOf("LegalFormEnum", LEGAL_FORMS)),
    nullable("name", Kind::Text),
    nullable("nationalIdentificationNumber", Kind::Text),
    nullable("organisation", Kind::Text),
    nullable("phone", Kind::Text),
    nullable("phoneCountry", Kind::Text),
    nullable(
        "phoneType",
        Kind::OneOf("PhoneTypeEnum", &["landline", "mobile"]),
    ),
    nullable("purposeOfPurchase", Kind::Text),
    nullable("sex", Kind::OneOf("GenderEnum", &["female", "male"])),
    nullable("spareEmail", Kind::Text),
    nullable("vat", Kind::Text),
    nullable("zip", Kind::Text),
    read_only("currency"),
    read_only("customerCode"),
    read_only("email"),
    read_only("kycValidated"),
    read_only("nichandle"),
    read_only("ovhCompany"),
    read_only("ovhSubsidiary"),
    read_only("state"),
];

const LEGAL_FORMS: &[&str] = &[
    "administration",
    "association",
    "corporation",
    "individual",
    "other",
    "personalcorporation",
];

const KEY: &[Field] = &[required("key", Kind::Text), required("keyName", Kind::Text)];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/me", Some("account:apiovh:me/get"), get),
    op!(PUT "/me", Some("account:apiovh:me/edit"), change).body(NICHANDLE),
    op!(GET "/me/sshKey", Some("account:apiovh:me/sshKey/get"), list_keys),
    op!(POST "/me/sshKey", Some("account:apiovh:me/sshKey/create"), create_key).body(KEY),
    op!(GET "/me/sshKey/{keyName}", Some("account:apiovh:me/sshKey/get"), get_key),
    op!(DELETE "/me/sshKey/{keyName}", Some("account:apiovh:me/sshKey/delete"), delete_key),
];

impl Me {
    pub(crate) fn seeded() -> Self {
        let nichandle = json!({
            "nichandle": ACCOUNT,
            "firstname": "Ada",
            "name": "Example",
            "email": "ada@example.com",
            "spareEmail": null,
            "organisation": "Example SARL",
            "legalform": "corporation",
            "corporationType": null,
            "companyNationalIdentificationNumber": null,
            "nationalIdentificationNumber": null,
            "italianSDI": null,
            "vat": "FR00000000000",
            "address": "1 rue de l'Exemple",
            "complementaryAddress": null,
            "zip": "59100",
            "city": "Roubaix",
            "area": null,
            "country": "FR",
            "language": "fr_FR",
            "phone": "+33.900000000",
            "phoneCountry": "FR",
            "phoneType": "landline",
            "fax": null,
            "sex": null,
            "birthCity": null,
            "birthDay": null,
            "purposeOfPurchase": null,
            "currency": {"code": "EUR", "symbol": "EURO"},
            "customerCode": "0000-1234-56",
            "kycValidated": false,
            "ovhCompany": "ovh",
            "ovhSubsidiary": "FR",
            "state": "complete",
        });
        Self {
            nichandle,
            keys: Vec::new(),
        }
    }
}

#[allow(clippy::unnecessary_wraps, reason = "it is a handler")]
fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    Ok(ctx.account.me.nichandle.clone())
}

#[allow(clippy::unnecessary_wraps, reason = "it is a handler")]
fn change(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.body.amend(&mut ctx.account.me.nichandle);
    Ok(Value::Null)
}

fn list_keys(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let rows: Vec<_> = ctx
        .account
        .me
        .keys
        .iter()
        .map(|(name, key)| (json!(name), json!({"keyName": name, "key": key})))
        .collect();
    expandable(ctx, rows)
}

fn create_key(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (name, key) = (
        ctx.body.text("keyName").to_owned(),
        ctx.body.text("key").to_owned(),
    );
    if !key.starts_with("ssh-") && !key.starts_with("ecdsa-") {
        return Err(Refusal::bad_request("The SSH key is not valid"));
    }
    if ctx.account.me.keys.iter().any(|(known, _)| *known == name) {
        return Err(Refusal::conflict(format!(
            "The SSH key {name} exists already"
        )));
    }
    // The call answers nothing: a key is known by the name that its owner gave it.
    ctx.account.me.keys.push((name, key));
    Ok(Value::Null)
}

/// The place of the key in the path.
fn position(ctx: &Ctx<'_>) -> Result<usize, Refusal> {
    let wanted = &ctx.parameters[0];
    let mut keys = ctx.account.me.keys.iter();
    keys.position(|(name, _)| name == wanted)
        .ok_or_else(|| Refusal::no_such_object(wanted))
}

fn get_key(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (name, key) = &ctx.account.me.keys[position(ctx)?];
    Ok(json!({"keyName": name, "key": key}))
}

fn delete_key(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let at = position(ctx)?;
    ctx.account.me.keys.remove(at);
    Ok(Value::Null)
}
