//! Orders: what becomes of them, and what they bring.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::form;
use crate::route::Route;

use super::account::Account;
use super::boot::DISTRIBUTIONS;
use super::catalogue::{ADDONS, Addon, LOCATIONS, MARKET, PRIMARY_IPV4, PRODUCTS};
use super::error::{Refusal, json};
use super::failover::Failover;
use super::input::Input;
use super::keys::Key;
use super::limits::{ADDON_ORDER, MARKET_ORDER, ORDERS, SERVER_ORDER};
use super::nets::Net;
use super::seed;
use super::settings::Quirk;
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/order/server/product", ORDERS, products),
    op!(GET "/order/server/product/{product-id}", ORDERS, product),
    op!(GET "/order/server/transaction", ORDERS, |ctx| transactions(ctx, Kind::Server)),
    op!(POST "/order/server/transaction", SERVER_ORDER, order_server),
    op!(GET "/order/server/transaction/{id}", ORDERS, |ctx| transaction(ctx, Kind::Server)),
    op!(GET "/order/server_market/product", ORDERS, market_products),
    op!(GET "/order/server_market/product/{product-id}", ORDERS, market_product),
    op!(GET "/order/server_market/transaction", ORDERS, |ctx| transactions(ctx, Kind::Market)),
    op!(POST "/order/server_market/transaction", MARKET_ORDER, order_market),
    op!(GET "/order/server_market/transaction/{id}", ORDERS, |ctx| transaction(ctx, Kind::Market)),
    op!(GET "/order/server_addon/{server-number}/product", ORDERS, addons),
    op!(GET "/order/server_addon/transaction", ORDERS, |ctx| transactions(ctx, Kind::Addon)),
    op!(POST "/order/server_addon/transaction", ADDON_ORDER, order_addon),
    op!(GET "/order/server_addon/transaction/{id}", ORDERS, |ctx| transaction(ctx, Kind::Addon)),
    op!(GET "/order/currency", ORDERS, currency),
];

/// How long it takes until an order is ready; one with a comment waits for somebody to read it.
const DELIVERY: u32 = 300;
const BY_HAND: u32 = 3600;
/// How long a new server is prepared after that.
const PREPARATION: u32 = 60;
/// How long transactions are listed.
const LISTED: Duration = Duration::from_secs(30 * 86_400);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
enum Kind {
    Server,
    Market,
    Addon,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Order {
    kind: Kind,
    id: String,
    at: Duration,
    due: Duration,
    status: String,
    /// Whether it ends as cancelled.
    is_doomed: bool,
    /// The server that it brought, or that it is for.
    server: Option<u32>,
    keys: Vec<Value>,
    comment: Option<String>,
    product: Value,
    addons: Vec<String>,
    resources: Vec<Value>,
    brings: Brings,
}

/// What there is once an order is ready.
#[derive(Clone, Debug, Deserialize, Serialize)]
enum Brings {
    Server {
        product: String,
        dc: String,
        prepared_at: Duration,
    },
    Addon {
        kind: String,
    },
}

/// Lets the orders become ready that are due.
pub(super) fn settle(account: &mut Account, now: Duration) {
    for at in 0..account.orders.len() {
        let order = &account.orders[at];
        if order.status != "in process" || order.due > now {
            continue;
        }
        // A copy, because what it brings changes the account that it is in.
        let mut order = order.clone();
        if order.is_doomed {
            "cancelled".clone_into(&mut order.status);
            if let Some(id) = order.product["id"].as_u64() {
                // An order that is cancelled gives the server of the auction back.
                account.sold.remove(&id);
            }
        } else {
            "ready".clone_into(&mut order.status);
            deliver(account, &mut order);
        }
        account.orders[at] = order;
    }
}

fn deliver(account: &mut Account, order: &mut Order) {
    match &order.brings {
        Brings::Server {
            product,
            dc,
            prepared_at,
        } => {
            let with_ipv4 = order.addons.iter().any(|addon| addon == PRIMARY_IPV4);
            let mut server = seed::server(0, "", product, dc);
            server.ready_at = *prepared_at;
            account.install(server, with_ipv4);
            // Null until now, as the documentation has it for an order that is not ready.
            order.server = account.servers.keys().next_back().copied();
        }
        Brings::Addon { kind } => {
            let Some(number) = order
                .server
                .filter(|number| account.servers.contains_key(number))
            else {
                return;
            };
            let resource = match kind.as_str() {
                "windows" => {
                    if let Some(server) = account.servers.get_mut(&number) {
                        server.windows = true;
                    }
                    None
                }
                kind => Some(new_net(account, number, kind)),
            };
            order.resources = resource
                .map(|ip| json!({"type": kind, "id": ip}))
                .into_iter()
                .collect();
        }
    }
}

/// A new address or net for a server.
fn new_net(account: &mut Account, number: u32, kind: &str) -> IpAddr {
    let main = account.servers.get(&number).and_then(|server| server.ipv4);
    let gateway = IpAddr::from(main.unwrap_or(Ipv4Addr::UNSPECIFIED));
    match kind {
        "ip_ipv4" => {
            let ip = account.free_ipv4();
            account.ips.insert(ip.into(), Net::single(ip, number));
            ip.into()
        }
        "subnet_ipv6" => {
            let serial = account.id();
            let net = Ipv6Addr::from(0x2001_0db8_00bb_0000_u128 << 64 | u128::from(serial) << 64);
            account
                .subnets
                .insert(net.into(), Net::subnet_v6(net, number));
            net.into()
        }
        // What is left are blocks of version 4, with or without failover.
        kind => {
            let is_failover = kind.starts_with("failover");
            let serial = account.id();
            let first = u32::from(Ipv4Addr::new(198, 19, 0, 0)) + serial * 8;
            let (ip, mask) = (
                IpAddr::from(Ipv4Addr::from(first)),
                if is_failover { 32 } else { 29 },
            );
            let net = if is_failover {
                Net::failover(ip, mask, number, gateway)
            } else {
                Net::subnet(ip, mask, number, gateway)
            };
            account.subnets.insert(ip, net);
            if is_failover {
                let failover = Failover {
                    mask,
                    server: number,
                    target: Some(number),
                    locked_until: Duration::ZERO,
                };
                account.failovers.insert(ip, failover);
            }
            ip
        }
    }
}

fn arch_key(ctx: &Ctx<'_>) -> &'static str {
    if ctx.settings.has(Quirk::DeprecatedArch) {
        "@deprecated arch"
    } else {
        "arch"
    }
}

fn products(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let arch = arch_key(ctx);
    let pairs = form::pairs(ctx.call.query);
    let mut invalid = Vec::new();
    let mut bound = |name: &str| {
        let text = form::value(&pairs, name).filter(|text| !text.is_empty())?;
        // Prices are asked for in euros, and kept in cents.
        let euros = text.parse::<f64>().ok().filter(|euros| euros.is_finite());
        if euros.is_none() {
            invalid.push(name.to_owned());
        }
        euros.map(|euros| euros * 100.0)
    };
    let (low, high) = (bound("min_price"), bound("max_price"));
    let (low_setup, high_setup) = (bound("min_price_setup"), bound("max_price_setup"));
    if !invalid.is_empty() {
        return Err(Refusal::invalid_input(Vec::new(), invalid));
    }
    let location = form::value(&pairs, "location").filter(|location| !location.is_empty());
    let is_within = |cents: u32, low: Option<f64>, high: Option<f64>| {
        let cents = f64::from(cents);
        low.is_none_or(|low| cents >= low) && high.is_none_or(|high| cents <= high)
    };
    let mut rows = Vec::new();
    for product in PRODUCTS {
        let (price, setup) = product.prices();
        if is_within(price, low, high)
            && is_within(setup, low_setup, high_setup)
            && location.is_none_or(|location| LOCATIONS.contains(&location))
        {
            rows.push(json!({"product": product.render(arch)}));
        }
    }
    ctx.list(rows, "NOT_FOUND")
}

fn no_product(id: &str) -> Refusal {
    Refusal::not_found("NOT_FOUND", format!("The product {id} was not found"))
}

fn product(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = ctx.parameter(0);
    let product = PRODUCTS.iter().find(|product| product.id == id);
    let product = product.ok_or_else(|| no_product(id))?;
    Ok(json(
        200,
        &json!({"product": product.render(arch_key(ctx))}),
    ))
}

fn market_products(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (arch, next) = (arch_key(ctx), next_reduce(ctx));
    let sold = &ctx.account.sold;
    let rows = MARKET.iter().filter(|product| !sold.contains(&product.id));
    let rows = rows
        .map(|product| json!({"product": product.render(arch, &next)}))
        .collect();
    ctx.list(rows, "NOT_FOUND")
}

/// When the prices of the auction go down.
fn next_reduce(ctx: &Ctx<'_>) -> String {
    ctx.moment
        .local(ctx.moment.now.saturating_add(Duration::from_secs(3600)))
}

fn market_product(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = ctx.parameter(0);
    let is_it = |wanted: u64| wanted.to_string() == id && !ctx.account.sold.contains(&wanted);
    let product = MARKET.iter().find(|product| is_it(product.id));
    let product = product.ok_or_else(|| no_product(id))?;
    let shown = product.render(arch_key(ctx), &next_reduce(ctx));
    Ok(json(200, &json!({"product": shown})))
}

impl Order {
    fn render(&self, ctx: &Ctx<'_>) -> Value {
        let mut shown = json!({
            "id": self.id,
            "date": ctx.moment.rfc3339(self.at),
            "status": self.status,
            "server_number": self.server,
            "product": self.product,
        });
        if self.kind == Kind::Addon {
            shown["resources"] = json!(self.resources);
        } else {
            let server = self
                .server
                .and_then(|number| ctx.account.servers.get(&number));
            shown["server_ip"] = json!(server.and_then(|server| server.ipv4));
            shown["authorized_key"] = json!(self.keys);
            shown["host_key"] = json!([]);
            shown["comment"] = json!(self.comment);
            shown["addons"] = json!(self.addons);
        }
        json!({"transaction": shown})
    }
}

fn transactions(ctx: &mut Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    let is_listed =
        |order: &&Order| order.kind == kind && ctx.moment.now.saturating_sub(order.at) < LISTED;
    // The newest first. Older ones than 30 days are not listed, but can still be read.
    let orders = ctx.account.orders.iter().rev().filter(is_listed);
    let rows = orders.map(|order| order.render(ctx)).collect();
    ctx.list(rows, "NOT_FOUND")
}

fn transaction(ctx: &mut Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    let id = ctx.parameter(0);
    let order = ctx
        .account
        .orders
        .iter()
        .find(|order| order.kind == kind && order.id == id);
    let order = order.ok_or_else(|| {
        Refusal::not_found("NOT_FOUND", format!("The transaction {id} was not found"))
    })?;
    Ok(json(200, &order.render(ctx)))
}

/// What orders of servers have in common: who may log in, what is installed, what comes with it.
struct Wanted {
    keys: Vec<Value>,
    dist: String,
    lang: String,
    comment: Option<String>,
    addons: Vec<String>,
}

fn wanted(ctx: &Ctx<'_>, input: &mut Input) -> Wanted {
    let keys = ctx.chosen_keys(input);
    let keys = keys.into_iter().map(Key::reference).collect();
    let (has_key, has_password) = (
        input.has("authorized_key"),
        input.optional("password").is_some(),
    );
    match (has_key, has_password) {
        (false, false) => input.lack("authorized_key"),
        // Keys or a password, and not both (documentation of orders).
        (true, true) => input.refuse("password"),
        _ => {}
    }
    let dist = input
        .optional("dist")
        .unwrap_or_else(|| DISTRIBUTIONS[0].to_owned());
    if !DISTRIBUTIONS.contains(&dist.as_str()) {
        input.refuse("dist");
    }
    let lang = input.optional("lang").unwrap_or_else(|| "en".to_owned());
    if lang != "en" {
        input.refuse("lang");
    }
    // `addon[]` in the form, `addons` in the answer.
    let addons = input.list("addon");
    if addons.iter().any(|addon| addon != PRIMARY_IPV4) {
        input.refuse("addon");
    }
    Wanted {
        keys,
        dist,
        lang,
        comment: input.optional("comment"),
        addons,
    }
}

fn by_hand() -> Refusal {
    Refusal::new(
        412,
        "PRECONDITION_FAILED",
        "This can be ordered in the web panel only",
    )
}

/// Takes an order, or only says what would become of it.
fn place(ctx: &mut Ctx<'_>, is_test: bool, mut order: Order) -> Answer {
    let number = ctx.account.rng.u32(100_000..1_000_000);
    let second = ctx.account.rng.u32(100_000..1_000_000);
    let day = ctx.moment.today().strftime("%Y%m%d").to_string();
    order.id = format!("B{day}-{number}-{second}");
    order.at = ctx.moment.now;
    order.is_doomed = ctx.call.fail_actions.is_some();
    let answer = json(201, &order.render(ctx));
    // `test` processes nothing, but answers as if it had.
    if !is_test {
        if let (Kind::Market, Some(id)) = (order.kind, order.product["id"].as_u64()) {
            ctx.account.sold.insert(id);
        }
        ctx.account.orders.push(order);
    }
    answer
}

fn order(
    ctx: &Ctx<'_>,
    kind: Kind,
    product: Value,
    wanted: Wanted,
    brings: (String, String),
) -> Order {
    // A comment takes an order out of the machine's hands (documentation of orders).
    let seconds = if wanted.comment.is_some() {
        BY_HAND
    } else {
        DELIVERY
    };
    let due = ctx.moment.after(seconds);
    let (product_name, dc) = brings;
    Order {
        kind,
        id: String::new(),
        at: Duration::ZERO,
        due,
        status: "in process".to_owned(),
        is_doomed: false,
        server: None,
        keys: wanted.keys,
        comment: wanted.comment,
        product,
        addons: wanted.addons,
        resources: Vec::new(),
        brings: Brings::Server {
            product: product_name,
            dc,
            prepared_at: ctx.moment.after(seconds + PREPARATION),
        },
    }
}

fn order_server(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input();
    let id = input.required("product_id");
    let product = PRODUCTS.iter().find(|product| product.id == id);
    if product.is_none() && !id.is_empty() {
        input.refuse("product_id");
    }
    let location = input.required("location");
    if !location.is_empty() && !LOCATIONS.contains(&location.as_str()) {
        input.refuse("location");
    }
    let wanted = wanted(ctx, &mut input);
    let is_test = input.flag("test").unwrap_or(false);
    input.finish()?;
    let product = product.ok_or_else(|| no_product(&id))?;
    // 412 means: order it in the web panel.
    if product.is_by_hand {
        return Err(by_hand());
    }
    let shown = product.ordered(&wanted.dist, &wanted.lang, &location, arch_key(ctx));
    let brings = (product.id.to_owned(), format!("{location}-DC7"));
    let order = order(ctx, Kind::Server, shown, wanted, brings);
    Ok(place(ctx, is_test, order))
}

fn order_market(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input();
    let id = input.required("product_id");
    let is_it = |wanted: u64| wanted.to_string() == id && !ctx.account.sold.contains(&wanted);
    let product = MARKET.iter().find(|product| is_it(product.id));
    if product.is_none() && !id.is_empty() {
        input.refuse("product_id");
    }
    let wanted = wanted(ctx, &mut input);
    let is_test = input.flag("test").unwrap_or(false);
    input.finish()?;
    let product = product.ok_or_else(|| no_product(&id))?;
    let shown = product.ordered(&wanted.dist, &wanted.lang, arch_key(ctx));
    let brings = (product.name().to_owned(), product.datacenter().to_owned());
    let order = order(ctx, Kind::Market, shown, wanted, brings);
    Ok(place(ctx, is_test, order))
}

/// Where a server stands: the first word of its data center.
fn location(ctx: &Ctx<'_>, number: u32) -> Result<String, Refusal> {
    let dc = &ctx.account.server(number)?.dc;
    Ok(dc.split('-').next().unwrap_or_default().to_owned())
}

fn addons(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let number = ctx.server()?.number;
    let location = location(ctx, number)?;
    let rows = ADDONS
        .iter()
        .map(|addon| json!({"product": addon.render(&location)}))
        .collect();
    ctx.list(rows, "NOT_FOUND")
}

fn order_addon(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input();
    let (server, id) = (
        input.required("server_number"),
        input.required("product_id"),
    );
    let number = ctx.account.number_of(&server);
    if number.is_none() && !server.is_empty() {
        input.refuse("server_number");
    }
    let addon = ADDONS.iter().find(|addon| addon.id == id);
    if addon.is_none() && !id.is_empty() {
        input.refuse("product_id");
    }
    // The documentation demands a reason for addresses of version 4 and for nothing else.
    if addon.is_some_and(Addon::needs_reason) {
        input.required("reason");
    }
    let gateway = input.optional("gateway");
    if gateway.is_some_and(|ip| ip.parse::<IpAddr>().is_err()) {
        input.refuse("gateway");
    }
    let is_test = input.flag("test").unwrap_or(false);
    input.finish()?;
    let number = number.ok_or_else(|| Refusal::server_not_found(&server))?;
    let addon = addon.ok_or_else(|| no_product(&id))?;
    let owner = ctx.account.server(number)?;
    if owner.colocation {
        return Err(by_hand());
    }
    if owner.cancellation.is_some() || addon.kind == "windows" && owner.windows {
        let message = "The server is cancelled, or has this already";
        return Err(Refusal::conflict("CONFLICT", message));
    }
    let product = addon.render(&location(ctx, number)?);
    let order = Order {
        kind: Kind::Addon,
        id: String::new(),
        at: Duration::ZERO,
        due: ctx.moment.after(DELIVERY),
        status: "in process".to_owned(),
        is_doomed: false,
        server: Some(number),
        keys: Vec::new(),
        comment: None,
        product,
        addons: Vec::new(),
        resources: Vec::new(),
        brings: Brings::Addon {
            kind: addon.kind.to_owned(),
        },
    };
    Ok(place(ctx, is_test, order))
}

#[allow(clippy::unnecessary_wraps, reason = "a handler, which can fail")]
fn currency(_: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    Ok(json(200, &json!({"currency": "EUR"})))
}
