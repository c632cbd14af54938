//! `/me/bill` and `/me/order`: what was ordered, and what it cost.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::route::Route;

use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::{Ctx, datetime};

/// Bills and orders, newest first.
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Ledger {
    bills: Vec<Bill>,
    orders: Vec<Order>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Bill {
    number: usize,
    order: i64,
    date: SystemTime,
    /// In hundredths, without tax, where the number does not decide it.
    cents: Option<usize>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Order {
    id: i64,
    date: SystemTime,
    /// In hundredths, without tax.
    cents: usize,
    /// Until when it is under way; nothing of one that is not paid.
    delivered: Option<SystemTime>,
}

const DAY: Duration = Duration::from_secs(24 * 3600);
const FIRST_ORDER: i64 = 5_200_000_000;
/// How many times the usual duration it takes to deliver an order.
pub(crate) const DELIVERY: u32 = 10;
const CATEGORIES: &[&str] = &[
    "autorenew",
    "earlyrenewal",
    "purchase",
    "purchase-cloud",
    "purchase-servers",
    "purchase-telecom",
    "purchase-web",
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/me/bill", Some("account:apiovh:me/bill/get"), list).query(&[
        "category",
        "date.from",
        "date.to",
        "orderId",
    ]),
    op!(GET "/me/bill/{billId}", Some("account:apiovh:me/bill/get"), get),
    op!(GET "/me/bill/{billId}/details", Some("account:apiovh:me/bill/details/get"), list_details),
    op!(GET "/me/bill/{billId}/details/{billDetailId}", Some("account:apiovh:me/bill/details/get"), get_detail),
    op!(GET "/me/bill/{billId}/payment", Some("account:apiovh:me/bill/payment/get"), payment),
    op!(GET "/me/order", Some("account:apiovh:me/order/get"), list_orders)
        .query(&["date.from", "date.to"]),
    op!(GET "/me/order/{orderId}", Some("account:apiovh:me/order/get"), get_order),
    op!(GET "/me/order/{orderId}/status", Some("account:apiovh:me/order/status/get"), order_status),
];

/// So many bills, one for each of the last days, each with its order; and one order that is under way.
pub(crate) fn seeded(count: usize, epoch: SystemTime, unit: Duration) -> Ledger {
    let mut days =
        (1..=u32::try_from(count).unwrap_or(u32::MAX)).map(|days| epoch - DAY.saturating_mul(days));
    let bills: Vec<Bill> = (0..count)
        .map(|index| Bill::numbered(count - index, days.next().unwrap_or(epoch)))
        .collect();
    let next = Bill::numbered(count + 1, epoch);
    let under_way = next.ordered(epoch + unit.saturating_mul(DELIVERY));
    let paid = bills.iter().map(|bill| bill.ordered(bill.date));
    Ledger {
        orders: std::iter::once(under_way).chain(paid).collect(),
        bills,
    }
}

impl Ledger {
    /// Notes an order that is made now. One that is paid at once has a bill, and is delivered in a while.
    pub(crate) fn order(
        &mut self,
        id: i64,
        date: SystemTime,
        cents: usize,
        delivered: Option<SystemTime>,
    ) {
        let order = Order {
            id,
            date,
            cents,
            delivered,
        };
        self.orders.insert(0, order);
        if delivered.is_some() {
            let number = self.bills.first().map_or(1, |latest| latest.number + 1);
            let bill = Bill {
                order: id,
                cents: Some(cents),
                ..Bill::numbered(number, date)
            };
            self.bills.insert(0, bill);
        }
    }
}

impl Bill {
    /// One of the account's past, whose number says what it was for.
    fn numbered(number: usize, date: SystemTime) -> Self {
        Self {
            number,
            order: FIRST_ORDER + i64::try_from(number).unwrap_or_default(),
            date,
            cents: None,
        }
    }

    /// The order that it is for.
    fn ordered(&self, delivered: SystemTime) -> Order {
        Order {
            id: self.order,
            date: self.date,
            cents: self.cents(),
            delivered: Some(delivered),
        }
    }

    fn id(&self) -> String {
        format!("FR{:08}", 10_000_000 + self.number)
    }

    fn category(&self) -> &'static str {
        CATEGORIES[self.number % CATEGORIES.len()]
    }

    /// The number of its lines.
    fn lines(&self) -> usize {
        if self.cents.is_some() {
            1
        } else {
            1 + self.number % 3
        }
    }

    /// In hundredths, without tax. No two of a few hundred bills cost the same.
    fn cents(&self) -> usize {
        self.cents
            .unwrap_or_else(|| (999 + self.number * 17) * self.lines())
    }

    fn render(&self) -> Value {
        let (id, cents) = (self.id(), self.cents());
        // The value added tax of France, 20 %.
        let tax = cents / 5;
        json!({
            "billId": id,
            "category": self.category(),
            "date": datetime(self.date),
            "orderId": self.order,
            "password": format!("p{:04}", self.number % 10_000),
            "pdfUrl": format!("https://www.ovh.com/cgi-bin/order/facture.pdf?reference={id}"),
            "url": format!("https://www.ovh.com/cgi-bin/order/facture.cgi?reference={id}"),
            "priceWithoutTax": price(cents),
            "tax": price(tax),
            "priceWithTax": price(cents + tax),
        })
    }

    fn line(&self, line: usize) -> Value {
        let from = datetime(self.date);
        let to = datetime(self.date + 30 * DAY);
        // The price of a unit has a form of its own.
        let mut unit = price(self.cents() / self.lines());
        unit.as_object_mut()
            .map(|unit| unit.remove("priceInUcents"));
        json!({
            "billDetailId": self.line_id(line),
            "description": format!("line {line} of {}", self.lines()),
            "domain": "example.com",
            "periodStart": &from[..10],
            "periodEnd": &to[..10],
            "quantity": "1",
            "totalPrice": price(self.cents() / self.lines()),
            "unitPrice": unit,
        })
    }

    fn line_id(&self, line: usize) -> String {
        format!("{}", self.number * 10 + line)
    }
}

impl Order {
    fn render(&self) -> Value {
        let tax = self.cents / 5;
        json!({
            "orderId": self.id,
            "date": datetime(self.date),
            "expirationDate": datetime(self.date + 14 * DAY),
            "retractionDate": datetime(self.date + 14 * DAY),
            "password": format!("p{:04}", self.id % 10_000),
            "pdfUrl": format!("https://www.ovh.com/cgi-bin/order/displayOrder.pdf?orderId={}", self.id),
            "url": format!("https://www.ovh.com/cgi-bin/order/displayOrder.cgi?orderId={}", self.id),
            "priceWithoutTax": price(self.cents),
            "tax": price(tax),
            "priceWithTax": price(self.cents + tax),
        })
    }
}

pub(crate) fn price(cents: usize) -> Value {
    // Read from the text again, so that `value` is the nearest number to what `text` says.
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    let value: f64 = text.parse().unwrap_or_default();
    json!({"currencyCode": "EUR", "priceInUcents": cents * 1_000_000, "text": format!("{text} €"), "value": value})
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let within = ctx.query.period("date")?;
    let category = ctx.query.one_of("category", "CategoryEnum", CATEGORIES)?;
    let order = ctx.query.integer("orderId")?;
    // Newest first, as they are kept: without a sort header clients see the order of the service.
    let rows: Vec<_> = ctx
        .account
        .ledger
        .bills
        .iter()
        .filter(|bill| within(bill.date))
        .filter(|bill| category.is_none_or(|category| bill.category() == category))
        .filter(|bill| order.is_none_or(|order| bill.order == order))
        .map(|bill| (bill.id().into(), bill.render()))
        .collect();
    expandable(ctx, rows)
}

fn find<'c>(ctx: &'c Ctx<'_>) -> Result<&'c Bill, Refusal> {
    let id = &ctx.parameters[0];
    let mut bills = ctx.account.ledger.bills.iter();
    bills
        .find(|bill| bill.id() == *id)
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx).map(Bill::render)
}

fn list_details(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let bill = find(ctx)?;
    let rows: Vec<_> = (1..=bill.lines())
        .map(|line| (bill.line_id(line).into(), bill.line(line)))
        .collect();
    expandable(ctx, rows)
}

fn get_detail(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let bill = find(ctx)?;
    let id = &ctx.parameters[1];
    let line = (1..=bill.lines()).find(|line| bill.line_id(*line) == *id);
    line.map(|line| bill.line(line))
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn payment(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let bill = find(ctx)?;
    Ok(json!({
        "paymentDate": datetime(bill.date),
        "paymentIdentifier": format!("{}", bill.number),
        "paymentType": "creditCard",
    }))
}

fn list_orders(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let within = ctx.query.period("date")?;
    let orders = ctx
        .account
        .ledger
        .orders
        .iter()
        .filter(|order| within(order.date));
    let rows: Vec<_> = orders
        .map(|order| (order.id.into(), order.render()))
        .collect();
    expandable(ctx, rows)
}

fn find_order<'c>(ctx: &'c Ctx<'_>) -> Result<&'c Order, Refusal> {
    let id = &ctx.parameters[0];
    let mut orders = ctx.account.ledger.orders.iter();
    orders
        .find(|order| order.id.to_string() == *id)
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get_order(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find_order(ctx).map(Order::render)
}

fn order_status(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let now = ctx.now();
    find_order(ctx).map(|order| {
        json!(match order.delivered {
            None => "notPaid",
            Some(delivered) if delivered <= now => "delivered",
            Some(_) => "delivering",
        })
    })
}
