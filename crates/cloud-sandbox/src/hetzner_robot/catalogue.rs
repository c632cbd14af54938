//! What can be ordered.

use serde_json::{Value, json};

use super::boot::DISTRIBUTIONS;

/// Where standard servers can stand.
pub(super) const LOCATIONS: [&str; 2] = ["FSN1", "HEL1"];

/// A standard server.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) id: &'static str,
    description: &'static [&'static str],
    /// Cents a month, without tax.
    price: u32,
    setup: u32,
    /// Nobody sells it by the API.
    pub(super) is_by_hand: bool,
}

pub(super) const PRODUCTS: &[Product] = &[
    Product {
        id: "AX41-NVMe",
        description: &["AMD Ryzen 5 3600", "64 GB DDR4 RAM", "2x 512 GB NVMe SSD"],
        price: 3_900,
        setup: 3_900,
        is_by_hand: false,
    },
    Product {
        id: "EX44",
        description: &[
            "Intel Core i5-13500",
            "64 GB DDR4 RAM",
            "2x 512 GB NVMe SSD",
        ],
        price: 4_400,
        setup: 3_900,
        is_by_hand: false,
    },
    Product {
        id: "AX102",
        description: &[
            "AMD Ryzen 9 7950X3D",
            "128 GB DDR5 ECC RAM",
            "2x 1.92 TB NVMe SSD",
        ],
        price: 10_400,
        setup: 3_900,
        is_by_hand: false,
    },
    Product {
        id: "DX182",
        description: &[
            "2x Intel Xeon Gold 6438Y+",
            "128 GB DDR5 ECC RAM",
            "as configured",
        ],
        price: 21_700,
        setup: 0,
        is_by_hand: true,
    },
];

/// A server of the auction. There is one of each.
#[derive(Debug)]
pub(super) struct MarketProduct {
    pub(super) id: u64,
    name: &'static str,
    cpu: &'static str,
    cpu_benchmark: u32,
    memory: u32,
    hdd_size: u32,
    hdd_text: &'static str,
    hdd_count: u32,
    datacenter: &'static str,
    price: u32,
    is_fixed: bool,
}

pub(super) const MARKET: &[MarketProduct] = &[
    MarketProduct {
        id: 282_323,
        name: "SB28",
        cpu: "Intel Core i7-6700",
        cpu_benchmark: 8_088,
        memory: 64,
        hdd_size: 512,
        hdd_text: "ENT.NVMe",
        hdd_count: 2,
        datacenter: "FSN1-DC8",
        price: 2_890,
        is_fixed: false,
    },
    MarketProduct {
        id: 282_324,
        name: "SB35",
        cpu: "AMD Ryzen 7 3700X",
        cpu_benchmark: 22_763,
        memory: 64,
        hdd_size: 1_024,
        hdd_text: "ECC",
        hdd_count: 2,
        datacenter: "HEL1-DC2",
        price: 3_570,
        is_fixed: true,
    },
    MarketProduct {
        id: 282_325,
        name: "SB60",
        cpu: "Intel Xeon W-2145",
        cpu_benchmark: 16_880,
        memory: 256,
        hdd_size: 960,
        hdd_text: "Datacenter SSD, ECC",
        hdd_count: 2,
        datacenter: "FSN1-DC14",
        price: 6_010,
        is_fixed: false,
    },
];

/// The addon without which a new server has no address of version 4.
pub(super) const PRIMARY_IPV4: &str = "primary_ipv4";

/// Something more for a server that is there.
#[derive(Debug)]
pub(super) struct Addon {
    pub(super) id: &'static str,
    name: &'static str,
    pub(super) kind: &'static str,
    price: u32,
    setup: u32,
}

pub(super) const ADDONS: &[Addon] = &[
    Addon {
        id: "additional_ipv4",
        name: "Additional IPv4 address",
        kind: "ip_ipv4",
        price: 170,
        setup: 490,
    },
    Addon {
        id: "subnet_ipv4_29",
        name: "IPv4 subnet /29",
        kind: "subnet_ipv4",
        price: 1_360,
        setup: 3_920,
    },
    Addon {
        id: "subnet_ipv6_64",
        name: "IPv6 subnet /64",
        kind: "subnet_ipv6",
        price: 0,
        setup: 0,
    },
    Addon {
        id: "failover_subnet_ipv4_32",
        name: "Failover IP",
        kind: "failover_subnet_ipv4",
        price: 500,
        setup: 490,
    },
    Addon {
        id: "windows_server_2025",
        name: "Windows Server 2025",
        kind: "windows",
        price: 2_450,
        setup: 0,
    },
];

/// A price in euros with four places.
fn euros(hundredths_of_cents: u32) -> String {
    format!(
        "{}.{:04}",
        hundredths_of_cents / 10_000,
        hundredths_of_cents % 10_000
    )
}

fn net(cents: u32) -> String {
    euros(cents * 100)
}

/// With 19 percent of tax.
fn gross(cents: u32) -> String {
    euros(cents * 119)
}

/// What remains of a monthly price in an hour of 720.
fn hourly(cents: u32) -> u32 {
    cents * 100 / 720
}

fn price(location: &str, price: u32, setup: u32) -> Value {
    let hour = hourly(price);
    json!({
        "location": location,
        "price": {
            "net": net(price),
            "gross": gross(price),
            "hourly_net": euros(hour),
            // The value added tax of Germany, 19 %.
            "hourly_gross": euros(hour * 119 / 100),
        },
        "price_setup": {"net": net(setup), "gross": gross(setup)},
    })
}

/// What can be ordered together with a server.
fn orderable_addons() -> Value {
    let prices: Vec<_> = LOCATIONS
        .iter()
        .map(|location| price(location, 170, 0))
        .collect();
    json!([{
        "id": PRIMARY_IPV4,
        "name": "Primary IPv4",
        "location": null,
        "min": 0,
        "max": 1,
        "prices": prices,
    }])
}

impl Product {
    /// Cents a month, for filters.
    pub(super) fn prices(&self) -> (u32, u32) {
        (self.price, self.setup)
    }

    pub(super) fn render(&self, arch: &str) -> Value {
        let prices: Vec<_> = LOCATIONS
            .iter()
            .map(|location| price(location, self.price, self.setup))
            .collect();
        let mut shown = json!({
            "id": self.id,
            "name": format!("Dedicated Server {}", self.id),
            "description": self.description,
            "traffic": "unlimited",
            "dist": DISTRIBUTIONS,
            "lang": ["en"],
            "location": LOCATIONS,
            "prices": prices,
            "orderable_addons": orderable_addons(),
        });
        shown[arch] = json!(["64"]);
        shown
    }

    /// How it stands in a transaction: with what was chosen.
    pub(super) fn ordered(&self, dist: &str, lang: &str, location: &str, arch: &str) -> Value {
        let mut shown = json!({
            "id": self.id,
            "name": format!("Dedicated Server {}", self.id),
            "description": self.description,
            "traffic": "unlimited",
            "dist": dist,
            "lang": lang,
            "location": location,
        });
        shown[arch] = json!("64");
        shown
    }
}

impl MarketProduct {
    fn base(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": [self.cpu, format!("{} GB RAM", self.memory), self.hdd_text],
            "traffic": "unlimited",
            "cpu": self.cpu,
            "cpu_benchmark": self.cpu_benchmark,
            "memory_size": self.memory,
            "hdd_size": self.hdd_size,
            "hdd_text": self.hdd_text,
            "hdd_count": self.hdd_count,
            "datacenter": self.datacenter,
            "network_speed": "1 Gbit/s",
            "fixed_price": self.is_fixed,
        })
    }

    pub(super) fn render(&self, arch: &str, next_reduce: &str) -> Value {
        let mut shown = self.base();
        shown[arch] = json!(["64"]);
        let hour = hourly(self.price);
        for (key, value) in [
            ("dist", json!(DISTRIBUTIONS)),
            ("lang", json!(["en"])),
            ("price", json!(net(self.price))),
            ("price_hourly", json!(euros(hour))),
            ("price_setup", json!(net(0))),
            ("price_vat", json!(gross(self.price))),
            ("price_hourly_vat", json!(euros(hour * 119 / 100))),
            ("price_setup_vat", json!(gross(0))),
            ("next_reduce", json!(if self.is_fixed { 0 } else { 3600 })),
            ("next_reduce_date", json!(next_reduce)),
            ("orderable_addons", orderable_addons()),
        ] {
            shown[key] = value;
        }
        shown
    }

    pub(super) fn ordered(&self, dist: &str, lang: &str, arch: &str) -> Value {
        let mut shown = self.base();
        shown[arch] = json!("64");
        shown["dist"] = json!(dist);
        shown["lang"] = json!(lang);
        shown
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn datacenter(&self) -> &'static str {
        self.datacenter
    }
}

impl Addon {
    pub(super) fn render(&self, location: &str) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "type": self.kind,
            "price": price(location, self.price, self.setup),
        })
    }

    pub(super) fn needs_reason(&self) -> bool {
        ["ip_ipv4", "subnet_ipv4", "failover_subnet_ipv4"].contains(&self.kind)
    }
}
