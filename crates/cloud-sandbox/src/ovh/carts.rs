//! `/order/cart`: carts, offers for domains, and orders.

use serde_json::{Value, json};

use crate::route::Route;

use super::bills::{DELIVERY, price};
use super::body::{Field, Kind, nullable, optional, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::query::point_in_time;
use super::{Ctx, datetime};

const SUBSIDIARIES: &[&str] = &[
    "CZ", "DE", "ES", "EU", "FI", "FR", "GB", "IE", "IT", "LT", "MA", "NL", "PL", "PT", "SN", "TN",
];
const CREATION: &[Field] = &[
    optional("description", Kind::Text),
    optional("expire", Kind::Datetime),
    required(
        "ovhSubsidiary",
        Kind::OneOf("OvhSubsidiaryEnum", SUBSIDIARIES),
    ),
];
const DOMAIN: &[Field] = &[
    required("domain", Kind::Text),
    nullable("duration", Kind::Text),
    nullable("offerId", Kind::Text),
    nullable("planCode", Kind::Text),
    nullable("pricingMode", Kind::Text),
    nullable("quantity", Kind::Integer),
];
const CONFIGURATION: &[Field] = &[required("label", Kind::Text), required("value", Kind::Text)];
const CHECKOUT: &[Field] = &[
    optional("autoPayWithPreferredPaymentMethod", Kind::Flag),
    optional("waiveRetractationPeriod", Kind::Flag),
];

/// A year of any domain, in hundredths and without tax.
const CENTS: usize = 799;
const OFFER: &str = "create-default";

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/order/cart", Some("order:apiovh:cart/get"), list).query(&["description"]),
    op!(POST "/order/cart", None, create).body(CREATION).open(),
    op!(GET "/order/cart/{cartId}", None, get).open(),
    op!(DELETE "/order/cart/{cartId}", Some("order:apiovh:cart/delete"), delete),
    op!(POST "/order/cart/{cartId}/assign", Some("order:apiovh:cart/assign"), assign),
    op!(GET "/order/cart/{cartId}/domain", None, offers).query(&["domain"]),
    op!(POST "/order/cart/{cartId}/domain", None, add_domain).body(DOMAIN),
    op!(GET "/order/cart/{cartId}/item", None, list_items).open(),
    op!(GET "/order/cart/{cartId}/item/{itemId}", None, get_item).open(),
    op!(DELETE "/order/cart/{cartId}/item/{itemId}", None, delete_item).open(),
    op!(GET "/order/cart/{cartId}/item/{itemId}/configuration", None, list_configurations)
        .query(&["label"])
        .open(),
    op!(POST "/order/cart/{cartId}/item/{itemId}/configuration", None, configure).body(CONFIGURATION).open(),
    op!(GET "/order/cart/{cartId}/item/{itemId}/requiredConfiguration", None, required_configurations).open(),
    op!(GET "/order/cart/{cartId}/summary", None, summary).open(),
    op!(GET "/order/cart/{cartId}/checkout", Some("order:apiovh:cart/checkout/simulate"), summary),
    op!(POST "/order/cart/{cartId}/checkout", Some("order:apiovh:cart/checkout/execute"), checkout).body(CHECKOUT),
];

/// The cart in the path, with what it shows under `cart` and its items by their numbers under `items`.
fn find<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Value, Refusal> {
    drop_expired(ctx);
    let id = &ctx.parameters[0];
    ctx.account
        .carts
        .get_mut(id)
        .ok_or_else(|| Refusal::no_such_object(id))
}

/// Lets go what has expired. The description has the time and no answer for a cart after it: it is as one that never was.
fn drop_expired(ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    let is_over = |cart: &Value| {
        let expires = cart["cart"]["expire"].as_str().and_then(point_in_time);
        expires.is_some_and(|expires| expires <= now)
    };
    ctx.account.carts.retain(|_, cart| !is_over(cart));
}

/// The cart in the path, as long as it is not ordered.
fn open_cart<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Value, Refusal> {
    let cart = find(ctx)?;
    if cart["cart"]["readOnly"] == true {
        return Err(Refusal::conflict("This cart was ordered already"));
    }
    Ok(cart)
}

fn render(cart: &Value) -> Value {
    let mut shown = cart["cart"].clone();
    let items = cart["items"].as_object().into_iter().flatten();
    shown["items"] = items.map(|(_, item)| item["itemId"].clone()).collect();
    shown
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    drop_expired(ctx);
    let carts = ctx
        .account
        .carts
        .iter()
        // Anybody can make a cart; it is of the account once it is assigned, which is when the list can show it.
        .filter(|(_, cart)| cart["assigned"] == true);
    let rows: Vec<_> = carts
        .map(|(id, cart)| (json!(id), render(cart)))
        .filter(|(_, cart)| ctx.query.admits_object(&["description"], cart))
        .collect();
    expandable(ctx, rows)
}

#[allow(clippy::unnecessary_wraps, reason = "it is a handler")]
fn create(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (id, later) = (
        ctx.account.uuid(),
        ctx.now() + std::time::Duration::from_secs(24 * 3600),
    );
    let expire = ctx
        .body
        .get("expire")
        .cloned()
        // A day is a choice of the sandbox; the description says only that the field is there.
        .unwrap_or_else(|| json!(datetime(later)));
    let shown = json!({"cartId": id, "description": ctx.body.text("description"), "expire": expire, "readOnly": false});
    let cart = json!({"cart": shown, "assigned": false, "items": {}});
    let answer = render(&cart);
    ctx.account.carts.insert(id, cart);
    Ok(answer)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx).map(|cart| render(cart))
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx)?;
    ctx.account.carts.remove(&ctx.parameters[0]);
    Ok(Value::Null)
}

fn assign(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let cart = open_cart(ctx)?;
    // A cart is given to an account once.
    if cart["assigned"] == true {
        return Err(Refusal::conflict("This cart is assigned already"));
    }
    cart["assigned"] = json!(true);
    Ok(Value::Null)
}

fn prices() -> Value {
    let money = |label: &str, cents| json!({"label": label, "price": price(cents)});
    json!([
        money("PRICE", CENTS),
        money("RENEW", CENTS + 200),
        money("TOTAL", CENTS)
    ])
}

fn configurations() -> Value {
    json!([
        {"label": "OWNER_CONTACT", "required": false, "type": "/me/contact", "fields": ["firstName", "lastName"]},
        {"label": "DNS", "required": false, "type": "String", "fields": []},
    ])
}

/// How a domain can be had. The account has its own ones, and somebody has all those that begin with `taken`.
fn offer(ctx: &Ctx<'_>, domain: &str) -> Result<Value, Refusal> {
    let is_name = domain.split('.').all(|label| !label.is_empty()) && domain.contains('.');
    if !is_name {
        return Err(Refusal::wrong_value(
            "domain",
            domain,
            "is not a domain name",
        ));
    }
    let own = ctx
        .account
        .services
        .get("domain")
        .is_some_and(|all| all.contains_key(domain));
    // The words of the description's action of an offer: what exists elsewhere can be transferred, and one's own
    // updated.
    let (action, orderable) = match domain {
        _ if own => ("update", false),
        _ if domain.starts_with("taken") => ("transfer", true),
        _ => ("create", true),
    };
    let locked = (action == "transfer").then_some(false);
    Ok(json!({
        "action": action,
        "orderable": orderable,
        "productId": "domain",
        "offerId": format!("{action}-default"),
        "offer": "gold",
        "phase": "ga",
        "pricingMode": format!("{action}-default"),
        "deliveryTime": "P0Y0M0DT0H1M0S",
        "duration": ["P1Y", "P2Y"],
        "recommendedDuration": "P1Y",
        "prices": prices(),
        "configurations": configurations(),
        "currentNameservers": [],
        "isTransferLocked": locked,
        "quantityMax": 1,
    }))
}

fn offers(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx)?;
    let domain = ctx.query.get("domain").unwrap_or_default();
    Ok(json!([offer(ctx, domain)?]))
}

fn add_domain(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    open_cart(ctx)?;
    let body = std::mem::take(&mut ctx.body);
    let domain = body.text("domain");
    // Asked for again and not taken from the list of offers: what is offered can have changed since.
    let offer = offer(ctx, domain)?;
    if offer["orderable"] == false {
        return Err(Refusal::conflict(format!("{domain} cannot be ordered")));
    }
    if let Some(unknown) = body.get("offerId").filter(|id| **id != offer["offerId"]) {
        return Err(Refusal::wrong_value(
            "offerId",
            unknown,
            "is not an offer for this domain",
        ));
    }
    let duration = body
        .get("duration")
        .unwrap_or(&offer["recommendedDuration"]);
    let durations = offer["duration"].as_array();
    if durations.is_some_and(|known| !known.contains(duration)) {
        return Err(Refusal::wrong_value(
            "duration",
            duration,
            "is not a duration of this offer",
        ));
    }
    let (id, cart) = (ctx.account.id(), ctx.parameters[0].clone());
    let item = json!({
        "itemId": id,
        "cartId": cart,
        "parentItemId": null,
        "productId": "domain",
        "offerId": offer["offerId"],
        "duration": duration,
        "settings": {"planCode": OFFER, "pricingMode": offer["pricingMode"], "quantity": 1},
        "prices": offer["prices"],
        "configurations": [],
        "options": [],
    });
    let kept = json!({"itemId": id, "item": item, "domain": domain, "said": {}});
    open_cart(ctx)?["items"][id.to_string()] = kept;
    Ok(item)
}

fn list_items(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let items = find(ctx)?["items"].clone();
    let items = items.as_object().into_iter().flatten();
    let rows: Vec<_> = items
        .map(|(_, item)| (item["itemId"].clone(), item["item"].clone()))
        .collect();
    expandable(ctx, rows)
}

fn item<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Value, Refusal> {
    let id = ctx.parameters[1].clone();
    find(ctx)?["items"]
        .get_mut(&id)
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get_item(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    item(ctx).map(|item| item["item"].clone())
}

fn delete_item(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    item(ctx)?;
    let id = ctx.parameters[1].clone();
    let items = open_cart(ctx)?["items"].as_object_mut();
    items.map(|items| items.remove(&id));
    Ok(Value::Null)
}

fn list_configurations(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let said = item(ctx)?["said"].clone();
    let said = said.as_object().into_iter().flatten();
    Ok(said
        .filter(|(_, one)| ctx.query.admits_object(&["label"], one))
        .map(|(_, one)| one["id"].clone())
        .collect())
}

fn configure(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    open_cart(ctx)?;
    let (id, label) = (ctx.account.id(), ctx.body.text("label").to_owned());
    let known = configurations();
    let mut known = known.as_array().into_iter().flatten();
    if known.all(|known| known["label"] != label.as_str()) {
        return Err(Refusal::wrong_value(
            "label",
            label,
            "is not a setting of this item",
        ));
    }
    let said = json!({"id": id, "label": label, "value": ctx.body.text("value")});
    let item = item(ctx)?;
    item["said"][id.to_string()] = said.clone();
    if let Some(numbers) = item["item"]["configurations"].as_array_mut() {
        numbers.push(json!(id));
    }
    Ok(said)
}

fn required_configurations(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    item(ctx).map(|_| configurations())
}

/// What an item costs: every domain the same, for each of its years.
fn cents(item: &Value) -> usize {
    let is_for_two = item["item"]["duration"] == "P2Y";
    CENTS * if is_for_two { 2 } else { 1 }
}

/// What a cart comes to.
fn total(cart: &Value) -> usize {
    let items = cart["items"].as_object().into_iter().flatten();
    items.map(|(_, item)| cents(item)).sum()
}

fn summary(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let cart = find(ctx)?;
    let items = cart["items"].as_object().into_iter().flatten();
    let total = total(cart);
    let details: Value = items
        .map(|(_, item)| {
            let cents = cents(item);
            json!({
                "cartItemID": item["itemId"],
                "description": format!("{} domain", item["domain"].as_str().unwrap_or_default()),
                "detailType": "DURATION",
                "domain": item["domain"],
                "quantity": 1,
                "unitPrice": price(cents),
                "totalPrice": price(cents),
                "originalTotalPrice": price(cents),
                "reductionTotalPrice": price(0),
            })
        })
        .collect();
    let tax = total / 5;
    Ok(json!({
        "orderId": null,
        "url": null,
        "details": details,
        "contracts": [{"name": "Domain names", "url": "https://contracts.example/domains", "content": "Terms."}],
        "prices": {
            "withTax": price(total + tax),
            "withoutTax": price(total),
            "tax": price(tax),
            "reduction": null,
            "originalWithoutTax": price(total),
        },
    }))
}

fn checkout(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let cart = open_cart(ctx)?;
    // Carts work without a login; an order is some account's, so that the documented steps assign before they check
    // out.
    if cart["assigned"] == false {
        return Err(Refusal::bad_request("This cart is not assigned to anybody"));
    }
    let mut order = summary(ctx)?;
    if order["details"] == json!([]) {
        return Err(Refusal::bad_request("This cart is empty"));
    }
    let id = ctx.account.id();
    order["orderId"] = json!(id);
    order["url"] = json!(format!(
        "https://www.ovh.com/cgi-bin/order/display-order.cgi?orderId={id}"
    ));
    let cart = open_cart(ctx)?;
    // An ordered cart stays readable and takes nothing any more, as its field `readOnly` says.
    cart["cart"]["readOnly"] = json!(true);
    let (total, now) = (total(cart), ctx.now());
    // Any other order waits for whoever pays it behind its URL.
    let is_paid = ctx.body.flag("autoPayWithPreferredPaymentMethod");
    let delivered = is_paid.then(|| now + ctx.unit().saturating_mul(DELIVERY));
    ctx.account.ledger.order(id, now, total, delivered);
    Ok(order)
}
