//! Prices: the pricing operation, and the same prices inside of server types.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::load_balancer_types::LOAD_BALANCER_TYPES;
use super::locations::LOCATIONS;
use super::server_types::SERVER_TYPES;
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] =
    &[route("get_pricing", "GET", "/pricing", get_pricing)];

const VAT_PERCENT: u64 = 19;
/// Prices are counted in units of 10^-10 euro, as many digits as the API writes.
const CENT: u64 = 100_000_000;
const TIB: u64 = 1 << 40;

/// What a thing costs that costs so many cents a month in Europe, and which traffic comes with it.
pub(crate) fn location_price(location: &str, cents: u64) -> Value {
    let (percent, traffic, per_tb) = match location {
        "ash" | "hil" => (115, TIB, 100),
        "sin" => (165, TIB / 2, 740),
        _ => (100, 20 * TIB, 100),
    };
    let month = cents * CENT * percent / 100;
    json!({
        "location": location,
        "price_hourly": price(hourly(month)),
        "price_monthly": price(month),
        "included_traffic": traffic,
        "price_per_tb_traffic": price(per_tb * CENT),
    })
}

/// What a storage box costs anywhere that costs so many cents a month.
pub(crate) fn storage_box_price(location: &str, cents: u64) -> Value {
    let month = cents * CENT;
    json!({
        "location": location,
        "price_hourly": price(hourly(month)),
        "price_monthly": price(month),
        "setup_fee": price(0),
    })
}

/// The monthly price is a cap at 624 hours; hours are rounded to a hundredth of a cent.
fn hourly(month: u64) -> u64 {
    let step = CENT / 100;
    month.div_ceil(624).div_ceil(step) * step
}

fn price(net: u64) -> Value {
    let gross = net * (100 + VAT_PERCENT);
    let unit = CENT * 100;
    json!({
        "net": format!("{}.{:010}", net / unit, net % unit),
        // More digits than the net price, as the API writes them: clients must not expect a fixed number.
        "gross": format!("{}.{:012}0000", gross / (unit * 100), gross % (unit * 100)),
    })
}

fn get_pricing(_: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let places = || LOCATIONS.iter().map(|location| location.name);
    let everywhere = |cents| -> Vec<Value> {
        places()
            .map(|p| json!({"location": p, "price_monthly": price(cents * CENT)}))
            .collect()
    };
    let by_the_hour = |cents| -> Vec<Value> {
        places()
            .map(|p| {
                json!({"location": p, "price_hourly": price(hourly(cents * CENT)), "price_monthly": price(cents * CENT)})
            })
            .collect()
    };
    let server_types: Vec<Value> = SERVER_TYPES
        .iter()
        .map(|t| json!({"id": t.id, "name": t.name, "prices": t.prices()}))
        .collect();
    let load_balancer_types: Vec<Value> = LOAD_BALANCER_TYPES
        .iter()
        .map(|t| json!({"id": t.id, "name": t.name, "prices": t.prices()}))
        .collect();
    one(
        200,
        "pricing",
        json!({
            "currency": "EUR",
            "vat_rate": format!("{VAT_PERCENT}.00"),
            "image": {"price_per_gb_month": price(CENT * 11 / 10)},
            "volume": {"price_per_gb_month": price(CENT * 44 / 10)},
            "server_backup": {"percentage": "20.00"},
            "primary_ips": [
                {"type": "ipv4", "prices": by_the_hour(50)},
                {"type": "ipv6", "prices": by_the_hour(0)},
            ],
            "floating_ips": [
                {"type": "ipv4", "prices": everywhere(300)},
                {"type": "ipv6", "prices": everywhere(100)},
            ],
            // Deprecated for `floating_ips` since 2024-08-29 (API changelog), but still sent.
            "floating_ip": {"price_monthly": price(300 * CENT)},
            "server_types": server_types,
            "load_balancer_types": load_balancer_types,
        }),
    )
}
