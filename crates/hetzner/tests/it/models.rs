//! Every answer type is decoded from a full answer and from what is left when parts of it are missing.

use hetzner::load_balancers::{LoadBalancerService, LoadBalancerTarget};
use hetzner::pricing::{
    FloatingIpPricing, LoadBalancerTypePricing, PrimaryIpPricing, ServerTypePricing,
};
use hetzner::servers::{PrivateNet, PublicNet, ServerFirewallStatus};
use hetzner::zones::{DelegationStatus, Registrar, RrSet, TsigAlgorithm};
use hetzner::{
    Action, ActionStatus, Architecture, CpuType, Deprecation, DnsPtr, ErrorCode, HealthDetail,
    HealthState, Image, ImageStatus, ImageType, IpVersion, Iso, IsoType, LoadBalancer,
    LoadBalancerAlgorithmType, LoadBalancerMetricType, LoadBalancerProtocol,
    LoadBalancerTargetType, LoadBalancerType, Location, Metrics, NetworkZone, OsFlavor,
    PlacementGroup, PlacementGroupType, Pricing, ResourceKind, RrType, Server, ServerStatus,
    ServerType, SshKey, StorageBox, StorageBoxSnapshot, StorageBoxStatus, StorageBoxSubaccount,
    StorageType, Zone, ZoneMode, ZoneStatus,
};
use serde_json::{Value, json};

use crate::common::{MAX_ID, Model, check, decode, location, normal};

fn price(net: &str) -> Value {
    json!({"net": net, "gross": format!("{net}19")})
}

fn location_price() -> Value {
    json!({
        "location": "fsn1",
        "price_hourly": price("0.0060000000"),
        "price_monthly": price("3.4900000000"),
        "included_traffic": 21_990_232_555_520_u64,
        "price_per_tb_traffic": price("1.0000000000")
    })
}

fn deprecation() -> Value {
    json!({"announced": "2026-06-01T00:00:00Z", "unavailable_after": "2026-09-01T00:00:00Z"})
}

fn server_type() -> Value {
    json!({
        "id": 114,
        "name": "cx23",
        "description": "CX23",
        "category": "Cost-Optimized",
        "cores": 2,
        "memory": 4.0,
        "disk": 40.0,
        "deprecated": true,
        "prices": [location_price()],
        "storage_type": "local",
        "cpu_type": "shared",
        "architecture": "x86",
        "deprecation": deprecation(),
        "locations": [
            {"id": 1, "name": "fsn1", "deprecation": deprecation(), "recommended": true, "available": true},
            {"id": 2, "name": "nbg1", "deprecation": null, "recommended": true, "available": true}
        ]
    })
}

fn image() -> Value {
    json!({
        "id": MAX_ID,
        "type": "snapshot",
        "status": "available",
        "name": "debian-13",
        "description": "before the upgrade",
        "image_size": 2.3,
        "disk_size": 10,
        "created": "2026-01-30T23:55:00Z",
        "created_from": {"id": MAX_ID, "name": "web-1"},
        "bound_to": 42,
        "os_flavor": "debian",
        "os_version": "13",
        "rapid_deploy": true,
        "protection": {"delete": true},
        "deleted": "2026-02-01T00:00:00Z",
        "labels": {"env": "prod", "example.com/my": "label", "just-a-key": ""},
        "architecture": "x86",
        "deprecation": deprecation()
    })
}

fn iso() -> Value {
    json!({
        "id": 4711,
        "name": "debian-13.1.0-amd64-netinst.iso",
        "description": "Debian 13 netinst",
        "type": "public",
        "deprecation": deprecation(),
        "architecture": "x86"
    })
}

fn placement_group() -> Value {
    json!({
        "id": 897,
        "name": "web",
        "labels": {"env": "prod"},
        "type": "spread",
        "created": "2026-01-08T12:10:00Z",
        "servers": [42, MAX_ID]
    })
}

fn server() -> Value {
    json!({
        "id": MAX_ID,
        "name": "web-1",
        "status": "running",
        "created": "2026-01-30T23:55:00Z",
        "public_net": {
            "ipv4": {"id": 11, "ip": "203.0.113.7", "blocked": true, "dns_ptr": "web-1.example.com"},
            "ipv6": {
                "id": 12,
                "ip": "2001:db8::/64",
                "blocked": true,
                "dns_ptr": [{"ip": "2001:db8::1", "dns_ptr": "web-1.example.com"}]
            },
            "floating_ips": [478],
            "firewalls": [{"id": 38, "status": "applied"}]
        },
        "private_net": [
            {"network": 4711, "ip": "10.0.0.2", "alias_ips": ["10.0.0.3"], "mac_address": "86:00:ff:2a:7d:e1"}
        ],
        "server_type": server_type(),
        "location": location(),
        "image": image(),
        "iso": iso(),
        "rescue_enabled": true,
        "locked": true,
        "backup_window": "22-02",
        "outgoing_traffic": 123_456,
        "ingoing_traffic": 654_321,
        "included_traffic": MAX_ID,
        "protection": {"delete": true, "rebuild": true},
        "labels": {"env": "prod"},
        "volumes": [1, 2],
        "load_balancers": [3],
        "primary_disk_size": 50,
        "placement_group": placement_group()
    })
}

fn load_balancer_type() -> Value {
    json!({
        "id": 1,
        "name": "lb11",
        "description": "LB11",
        "max_connections": 10_000,
        "max_services": 5,
        "max_targets": 25,
        "max_assigned_certificates": 10,
        "deprecated": "2026-06-01T00:00:00Z",
        "deprecation": deprecation(),
        "prices": [location_price()]
    })
}

fn target() -> Value {
    json!({
        "type": "label_selector",
        "server": {"id": MAX_ID},
        "label_selector": {"selector": "env=prod"},
        "ip": {"ip": "203.0.113.7"},
        "health_status": [
            {"listen_port": 443, "status": "unhealthy", "detail": "unexpected_http_status", "http_status_code": 503}
        ],
        "use_private_ip": true,
        "targets": [{"type": "server", "server": {"id": 80}, "health_status": [{"listen_port": 443, "status": "healthy"}]}]
    })
}

fn service() -> Value {
    json!({
        "protocol": "https",
        "listen_port": 443,
        "destination_port": 80,
        "proxyprotocol": true,
        "health_check": {
            "protocol": "http",
            "port": 4711,
            "interval": 15,
            "timeout": 10,
            "retries": 3,
            "http": {
                "domain": "example.com",
                "path": "/",
                "response": "ok",
                "status_codes": ["2??", "3??"],
                "tls": true
            }
        },
        "http": {
            "cookie_name": "HCLBSTICKY",
            "cookie_lifetime": 300,
            "timeout_idle": 50,
            "certificates": [897],
            "redirect_http": true,
            "sticky_sessions": true
        }
    })
}

fn load_balancer() -> Value {
    json!({
        "id": MAX_ID,
        "name": "front",
        "public_net": {
            "enabled": true,
            "ipv4": {"id": 11, "ip": "203.0.113.9", "dns_ptr": "lb.example.com", "blocked": true},
            "ipv6": {"id": 12, "ip": "2001:db8::9", "dns_ptr": "lb.example.com", "blocked": true}
        },
        "private_net": [{"network": 4711, "ip": "10.0.0.2"}],
        "location": location(),
        "load_balancer_type": load_balancer_type(),
        "protection": {"delete": true},
        "labels": {"env": "prod"},
        "created": "2026-01-30T23:55:00Z",
        "services": [service()],
        "targets": [target()],
        "algorithm": {"type": "round_robin"},
        "outgoing_traffic": 123_456,
        "ingoing_traffic": 654_321,
        "included_traffic": MAX_ID
    })
}

fn zone() -> Value {
    json!({
        "id": MAX_ID,
        "name": "example.com",
        "created": "2026-01-30T23:55:00Z",
        "mode": "secondary",
        "status": "ok",
        "primary_nameservers": [{"address": "198.51.100.1", "port": 5353, "tsig_algorithm": "hmac-sha256"}],
        "labels": {"env": "prod"},
        "protection": {"delete": true},
        "authoritative_nameservers": {
            "assigned": ["hydrogen.ns.hetzner.com."],
            "delegated": ["hydrogen.ns.hetzner.com."],
            "delegation_last_check": "2026-01-30T23:55:00Z",
            "delegation_status": "valid"
        },
        "registrar": "hetzner",
        "ttl": 3600,
        "record_count": 4
    })
}

fn rrset() -> Value {
    json!({
        "id": "www/A",
        "name": "www",
        "type": "A",
        "ttl": 300,
        "labels": {"env": "prod"},
        "protection": {"change": true},
        "records": [{"value": "203.0.113.7", "comment": "web"}],
        "zone": MAX_ID
    })
}

fn action() -> Value {
    json!({
        "id": MAX_ID,
        "command": "create_server",
        "status": "error",
        "progress": 80,
        "started": "2026-01-30T23:55:00Z",
        "finished": "2026-01-30T23:56:00Z",
        "resources": [{"id": MAX_ID, "type": "server"}],
        "error": {"code": "action_failed", "message": "Action failed"}
    })
}

#[test]
fn servers() {
    let server: Server = check(&server());
    assert_eq!(
        (server.id.0, server.status, server.primary_disk_size),
        (MAX_ID, ServerStatus::Running, 50)
    );
    assert_eq!(
        server.public_net.firewalls[0].status,
        ServerFirewallStatus::Applied
    );
    assert_eq!(server.private_net[0].alias_ips, ["10.0.0.3"]);
    assert_eq!(server.included_traffic, Some(MAX_ID.unsigned_abs()));
    assert_eq!(server.image.unwrap().created_from.unwrap().id, server.id);
    check::<PublicNet>(&self::server()["public_net"]);
    check::<PrivateNet>(&self::server()["private_net"][0]);
    check::<DnsPtr>(&self::server()["public_net"]["ipv6"]["dns_ptr"][0]);
}

#[test]
fn a_server_without_anything_optional() {
    let mut bare = server();
    for (parent, keys) in [
        (
            "",
            &[
                "image",
                "iso",
                "backup_window",
                "outgoing_traffic",
                "ingoing_traffic",
                "included_traffic",
            ][..],
        ),
        ("", &["placement_group"]),
        ("/public_net", &["ipv4", "ipv6"]),
    ] {
        for key in keys {
            bare.pointer_mut(parent).unwrap()[*key] = Value::Null;
        }
    }
    let server: Server = check(&bare);
    assert_eq!(
        (
            server.ipv4(),
            server.ipv6(),
            server.image,
            server.outgoing_traffic
        ),
        (None, None, None, None)
    );
}

#[test]
fn what_servers_are_made_of() {
    let server_type: ServerType = check(&server_type());
    assert_eq!(
        (server_type.cores, server_type.disk, server_type.cpu_type),
        (2, 40, CpuType::Shared)
    );
    assert_eq!(
        server_type.prices[0].price_hourly.net.as_str(),
        "0.0060000000"
    );
    let image: Image = check(&image());
    assert_eq!(
        (image.kind, image.os_flavor, image.labels.get("just-a-key")),
        (ImageType::Snapshot, OsFlavor::Debian, Some(""))
    );
    assert_eq!((image.image_size, image.disk_size), (Some(2.3), 10.0));
    let iso: Iso = check(&iso());
    assert_eq!(
        (iso.kind, iso.architecture),
        (Some(IsoType::Public), Some(Architecture::X86))
    );
    let location: Location = check(&location());
    assert_eq!(
        (location.network_zone, location.longitude),
        (NetworkZone::EuCentral, 12.370_071)
    );
    let group: PlacementGroup = check(&placement_group());
    assert_eq!(
        (group.kind, group.servers[1].0),
        (PlacementGroupType::Spread, MAX_ID)
    );
    let deprecation: Deprecation = check(&deprecation());
    assert_eq!(deprecation.announced.to_string(), "2026-06-01T00:00:00Z");
}

#[test]
fn load_balancers() {
    let balancer: LoadBalancer = check(&load_balancer());
    assert_eq!(
        (
            balancer.id.0,
            balancer.included_traffic,
            balancer.services[0].listen_port
        ),
        (MAX_ID, MAX_ID.unsigned_abs(), 443)
    );
    let health = &balancer.targets[0].health_status[0];
    assert_eq!(
        (&health.status, health.http_status_code),
        (&HealthState::Unhealthy, Some(503))
    );
    assert_eq!(health.detail, Some(HealthDetail::UnexpectedHttpStatus));
    check::<LoadBalancerService>(&service());
    check::<LoadBalancerTarget>(&target());
    let size: LoadBalancerType = check(&load_balancer_type());
    assert_eq!(
        (size.max_services, size.end().unwrap().announced),
        (5, size.deprecation.unwrap().announced)
    );
}

#[test]
fn a_service_and_a_target_of_each_kind() {
    let tcp = json!({
        "protocol": "tcp", "listen_port": 5432, "destination_port": 5432, "proxyprotocol": true,
        "health_check": {"protocol": "tcp", "port": 5432, "interval": 15, "timeout": 10, "retries": 3}
    });
    assert_eq!(check::<LoadBalancerService>(&tcp).http, None);
    let mut http = service();
    http["protocol"] = json!("http");
    http["http"] = json!({"cookie_name": "c", "cookie_lifetime": 300, "timeout_idle": 50, "sticky_sessions": true});
    assert!(
        !decode::<LoadBalancerService>(&http)
            .http
            .unwrap()
            .redirect_http
    );
    let health = json!([{"listen_port": 80, "status": "unknown"}]);
    for one in [
        json!({"type": "server", "server": {"id": 7}, "health_status": health, "use_private_ip": true}),
        json!({"type": "ip", "ip": {"ip": "203.0.113.7"}, "health_status": health}),
        json!({"type": "robot_of_2030", "health_status": health}),
    ] {
        assert!(matches!(
            check::<LoadBalancerTarget>(&one).health_status[0].status,
            HealthState::Unknown(_)
        ));
    }
}

#[test]
fn zones() {
    let zone: Zone = check(&zone());
    assert_eq!(
        (zone.id.0, zone.mode, zone.record_count),
        (MAX_ID, ZoneMode::Secondary, 4)
    );
    assert_eq!(zone.primary_nameservers[0].port, Some(5353));
    let rrset: RrSet = check(&rrset());
    assert_eq!(
        (rrset.kind.clone(), rrset.ttl, rrset.values().next()),
        (RrType::A, Some(300), Some("203.0.113.7"))
    );
    let mut plain = self::rrset();
    plain["ttl"] = Value::Null;
    plain["records"] = json!([{"value": "203.0.113.7"}]);
    assert_eq!(check::<RrSet>(&plain).ttl, None);
}

#[test]
fn keys_of_zone_transfers_are_read_and_kept_back() {
    let mut secret = zone();
    secret["primary_nameservers"][0]["tsig_key"] = json!("hunter2");
    let zone: Zone = decode(&secret);
    assert!(zone.primary_nameservers[0].tsig_key.is_some());
    assert!(zone != decode(&self::zone()) && zone == zone.clone());
    assert!(!format!("{zone:?}").contains("hunter2"));
    assert_eq!(serde_json::to_value(&zone).unwrap(), self::zone());
}

#[test]
fn the_older_announcement_of_an_image_is_kept_too() {
    let mut legacy = image();
    legacy["deprecated"] = json!("2026-05-01T00:00:00Z");
    check::<Image>(&legacy);
}

#[test]
fn ssh_keys() {
    let key: SshKey = check(&json!({
        "id": 2323,
        "name": "laptop",
        "fingerprint": "b7:2f:30:a0:2f:6c:58:6c:21:04:58:61:ba:06:3b:2f",
        "public_key": "ssh-ed25519 AAAAC3Nza ann@laptop",
        "labels": {"owner": "ann"},
        "created": "2026-01-30T23:55:00Z"
    }));
    assert_eq!((key.id.0, key.labels.get("owner")), (2323, Some("ann")));
}

#[test]
fn actions() {
    let action: Action = check(&action());
    assert_eq!(
        (action.progress, action.status, action.resources[0].id),
        (80, ActionStatus::Error, MAX_ID)
    );
    assert!(matches!(action.error.unwrap().code, ErrorCode::Unknown(_)));
}

#[test]
fn prices() {
    let pricing: Pricing = check(&json!({
        "currency": "EUR",
        "vat_rate": "19.000000",
        "primary_ips": [{
            "type": "ipv4",
            "prices": [{"location": "fsn1", "price_hourly": price("0.0010"), "price_monthly": price("0.50")}]
        }],
        "floating_ips": [{"type": "ipv6", "prices": [{"location": "fsn1", "price_monthly": price("1.00")}]}],
        "image": {"price_per_gb_month": price("0.0119")},
        "volume": {"price_per_gb_month": price("0.0440")},
        "server_backup": {"percentage": "20.00"},
        "server_types": [{"id": 114, "name": "cx23", "prices": [location_price()]}],
        "load_balancer_types": [{"id": 1, "name": "lb11", "prices": [location_price()]}]
    }));
    assert_eq!(pricing.server_backup.percentage.as_str(), "20.00");
    let (primary, floating) = (&pricing.primary_ips[0], &pricing.floating_ips[0]);
    assert_eq!(
        (&primary.kind, &floating.kind),
        (&IpVersion::V4, &IpVersion::V6)
    );
    assert_eq!(floating.prices[0].price_monthly.gross.as_str(), "1.0019");
    for empty in [
        decode::<PrimaryIpPricing>(&json!({"prices": null}))
            .prices
            .len(),
        decode::<FloatingIpPricing>(&json!({"prices": null}))
            .prices
            .len(),
        decode::<ServerTypePricing>(&json!({"prices": null}))
            .prices
            .len(),
        decode::<LoadBalancerTypePricing>(&json!({"prices": null}))
            .prices
            .len(),
    ] {
        assert_eq!(empty, 0);
    }
}

#[test]
fn metrics() {
    let metrics: Metrics = check(&json!({
        "start": "2026-11-20T00:00:00Z",
        "end": "2026-11-20T23:00:00Z",
        "step": 60,
        "time_series": {
            "cpu": {"values": [[1_435_781_470.622, "42"], [1_435_781_471.622, "43.5"]]},
            "disk.0.iops.read": {"values": [[1_435_781_470.622, "0"]]}
        }
    }));
    assert_eq!(metrics.samples("cpu")[1].value.to_string(), "43.5");
}

#[test]
fn numbers_of_any_shape_are_read() {
    for (cores, disk, size) in [
        (json!(2), json!(40), json!(50)),
        (json!(2.0), json!("40"), json!(50.0)),
    ] {
        let server: Server = decode(
            &json!({"server_type": {"cores": cores, "disk": disk, "memory": 4}, "primary_disk_size": size}),
        );
        assert_eq!(
            (
                server.server_type.cores,
                server.server_type.disk,
                server.primary_disk_size
            ),
            (2, 40, 50)
        );
        assert_eq!(server.server_type.memory.to_string(), "4");
    }
}

#[test]
fn new_words_come_back_as_they_came() {
    fn survives<T: Model>(full: &Value, words: &[&str]) {
        let mut novel = full.clone();
        for (index, path) in words.iter().enumerate() {
            *novel.pointer_mut(path).unwrap() = json!(format!("word-of-2030-{index}"));
        }
        let written = serde_json::to_value(decode::<T>(&novel)).unwrap();
        assert_eq!(normal(&written), normal(&novel));
    }
    survives::<Server>(
        &server(),
        &[
            "/status",
            "/public_net/firewalls/0/status",
            "/server_type/storage_type",
            "/server_type/cpu_type",
            "/server_type/architecture",
            "/location/network_zone",
            "/image/type",
            "/image/status",
            "/image/os_flavor",
            "/image/architecture",
            "/iso/type",
            "/iso/architecture",
            "/placement_group/type",
        ],
    );
    survives::<LoadBalancer>(
        &load_balancer(),
        &[
            "/algorithm/type",
            "/services/0/protocol",
            "/services/0/health_check/protocol",
            "/targets/0/type",
            "/targets/0/health_status/0/status",
            "/targets/0/health_status/0/detail",
        ],
    );
    survives::<Zone>(
        &zone(),
        &[
            "/mode",
            "/status",
            "/registrar",
            "/authoritative_nameservers/delegation_status",
            "/primary_nameservers/0/tsig_algorithm",
        ],
    );
    survives::<RrSet>(&rrset(), &["/type"]);
    survives::<Action>(&action(), &["/status", "/resources/0/type", "/error/code"]);
    survives::<PrimaryIpPricing>(&json!({"type": "ipv4", "prices": []}), &["/type"]);
}

#[test]
fn words_are_the_ones_of_the_service() {
    fn words<T: ToString>(known: &[T]) -> String {
        known.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
    }
    for (words, expected) in [
        (words(ActionStatus::KNOWN), "running success error"),
        (words(Architecture::KNOWN), "x86 arm"),
        (words(CpuType::KNOWN), "shared dedicated"),
        (words(StorageType::KNOWN), "local network"),
        (words(ImageType::KNOWN), "system app snapshot backup"),
        (words(ImageStatus::KNOWN), "available creating unavailable"),
        (
            words(OsFlavor::KNOWN),
            "ubuntu centos debian fedora rocky alma opensuse",
        ),
        (words(IpVersion::KNOWN), "ipv4 ipv6"),
        (
            words(NetworkZone::KNOWN),
            "eu-central us-east us-west ap-southeast",
        ),
        (
            words(ServerStatus::KNOWN),
            "running initializing starting stopping off deleting migrating rebuilding",
        ),
        (words(hetzner::ServerMetricType::KNOWN), "cpu disk network"),
        (
            words(LoadBalancerAlgorithmType::KNOWN),
            "round_robin least_connections",
        ),
        (words(LoadBalancerProtocol::KNOWN), "tcp http https"),
        (
            words(LoadBalancerTargetType::KNOWN),
            "server label_selector ip",
        ),
        (
            words(LoadBalancerMetricType::KNOWN),
            "open_connections connections_per_second requests_per_second bandwidth",
        ),
        (words(HealthState::KNOWN), "healthy unhealthy"),
        (
            words(HealthDetail::KNOWN),
            "unspecified layer4_no_connection layer4_timeout layer7_timeout unexpected_http_status \
             unexpected_http_content",
        ),
        (words(ZoneMode::KNOWN), "primary secondary"),
        (words(ZoneStatus::KNOWN), "ok updating error"),
        (words(Registrar::KNOWN), "hetzner other"),
        (
            words(DelegationStatus::KNOWN),
            "valid partially-valid invalid lame unregistered",
        ),
        (
            words(TsigAlgorithm::KNOWN),
            "hmac-md5 hmac-sha1 hmac-sha256",
        ),
        (
            words(ResourceKind::KNOWN),
            "server image iso floating_ip volume network certificate load_balancer firewall placement_group \
             primary_ip zone storage_box storage_box_snapshot storage_box_subaccount",
        ),
    ] {
        assert_eq!(words, expected);
    }
    // Other services have more types of records.
    let types = "A AAAA CAA CNAME DS HINFO HTTPS MX NS PTR RP SOA SRV SVCB TLSA TXT";
    for kind in types.split(' ') {
        assert!(RrType::KNOWN.contains(&kind.into()), "{kind}");
    }
}

#[test]
fn storage_boxes() {
    let price = json!({"net": "3.2000", "gross": "3.8080"});
    let full = json!({
        "id": MAX_ID, "name": "backup", "status": "active", "username": "u1337", "server": "u1337.example",
        "system": "FSN1-BX355", "created": "2026-01-30T23:50:00Z",
        "storage_box_type": {
            "id": 4, "name": "bx11", "description": "BX11", "snapshot_limit": 10, "automatic_snapshot_limit": 10,
            "subaccounts_limit": 100, "size": 1_099_511_627_776_i64,
            "prices": [{"location": "fsn1", "price_hourly": price, "price_monthly": price, "setup_fee": price}],
            "deprecation": {"announced": "2026-06-01T00:00:00Z", "unavailable_after": "2026-09-01T00:00:00Z"},
        },
        "location": {"id": 1, "name": "fsn1", "description": "d", "country": "DE", "city": "Falkenstein",
            "latitude": 50.4, "longitude": 12.3, "network_zone": "eu-central"},
        "access_settings": {"reachable_externally": true, "samba_enabled": true, "ssh_enabled": true,
            "webdav_enabled": true, "zfs_enabled": true},
        "snapshot_plan": {"max_snapshots": 10, "minute": 30, "hour": 3, "day_of_week": 7, "day_of_month": 1},
        "protection": {"delete": true}, "labels": {"env": "prod"},
        "stats": {"size": 3, "size_data": 2, "size_snapshots": 1},
    });
    let storage_box: StorageBox = check(&full);
    assert_eq!(
        (storage_box.status, storage_box.id.0),
        (StorageBoxStatus::Active, MAX_ID)
    );

    check::<StorageBoxSnapshot>(&json!({
        "id": 5, "storage_box": 42, "name": "2026-02-12T11-35-19", "description": "d", "labels": {"a": "b"},
        "stats": {"size": 2, "size_filesystem": 1}, "is_automatic": true, "created": "2026-02-12T11:35:19Z",
    }));
    check::<StorageBoxSubaccount>(&json!({
        "id": 5, "storage_box": 42, "name": "web", "home_directory": "hosts/web", "description": "d",
        "access_settings": {"reachable_externally": true, "samba_enabled": true, "ssh_enabled": true,
            "webdav_enabled": true, "readonly": true},
        "labels": {"a": "b"}, "username": "u1337-sub1", "server": "u1337-sub1.example",
        "created": "2026-02-12T11:35:19Z",
    }));
}
