//! Every answer type of volumes, networks, addresses, firewalls and certificates is decoded from a full answer and from
//! what is left when parts of it are missing.

use hetzner::networks::NetworkMember;
use hetzner::{
    AssigneeType, Certificate, CertificateIssuance, CertificateRenewal, CertificateType, Firewall,
    FirewallDirection, FirewallProtocol, FirewallResource, FirewallResourceType, FirewallRule,
    FloatingIp, LoadBalancerId, MemberStatus, MemberType, Network, PrimaryIp, ServerId, SubnetType,
    Volume, VolumeFormat, VolumeStatus,
};
use serde_json::{Value, json};

use crate::common::{MAX_ID, Model, check, decode, location, normal};

fn volume() -> Value {
    json!({
        "id": MAX_ID,
        "name": "data",
        "created": "2026-01-30T23:50:00Z",
        "server": 42,
        "location": location(),
        "size": 50,
        "linux_device": "/dev/disk/by-id/scsi-0HC_Volume_4711",
        "protection": {"delete": true},
        "labels": {"env": "prod"},
        "status": "available",
        "format": "xfs"
    })
}

fn network() -> Value {
    json!({
        "id": MAX_ID,
        "name": "inner",
        "ip_range": "10.0.0.0/16",
        "subnets": [{
            "type": "vswitch",
            "ip_range": "10.0.1.0/24",
            "network_zone": "eu-central",
            "gateway": "10.0.0.1",
            "vswitch_id": 1000
        }],
        "routes": [{"destination": "10.100.1.0/24", "gateway": "10.0.1.1"}],
        "servers": [42],
        "load_balancers": [43],
        "protection": {"delete": true},
        "labels": {"env": "prod"},
        "created": "2026-01-30T23:50:00Z",
        "expose_routes_to_vswitch": true
    })
}

fn member() -> Value {
    json!({
        "id": MAX_ID,
        "type": "server",
        "ip": "10.0.1.2",
        "alias_ips": ["10.0.1.3"],
        "subnet": "10.0.1.0/24",
        "status": "ok"
    })
}

fn floating_ip() -> Value {
    json!({
        "id": MAX_ID,
        "name": "www",
        "description": "the way in",
        "ip": "2001:db8::/64",
        "type": "ipv6",
        "server": 42,
        "dns_ptr": [{"ip": "2001:db8::1", "dns_ptr": "www.example.com"}],
        "home_location": location(),
        "blocked": true,
        "protection": {"delete": true},
        "labels": {"env": "prod"},
        "created": "2026-01-30T23:50:00Z"
    })
}

fn primary_ip() -> Value {
    json!({
        "id": MAX_ID,
        "name": "www",
        "labels": {"env": "prod"},
        "created": "2026-01-30T23:50:00Z",
        "blocked": true,
        "location": location(),
        "ip": "203.0.113.7",
        "dns_ptr": [{"ip": "203.0.113.7", "dns_ptr": "www.example.com"}],
        "protection": {"delete": true},
        "type": "ipv4",
        "auto_delete": true,
        "assignee_type": "server",
        "assignee_id": 42
    })
}

fn firewall() -> Value {
    json!({
        "id": MAX_ID,
        "name": "web",
        "labels": {"env": "prod"},
        "created": "2026-01-30T23:50:00Z",
        "rules": [{
            "description": "from the office",
            "direction": "in",
            "source_ips": ["203.0.113.0/24"],
            "destination_ips": ["198.51.100.1/32"],
            "protocol": "tcp",
            "port": "80-85"
        }],
        "applied_to": [
            {"type": "server", "server": {"id": 42}},
            {
                "type": "label_selector",
                "label_selector": {"selector": "env=prod"},
                "applied_to_resources": [
                    {"type": "server", "server": {"id": 42}},
                    {"type": "server", "server": {"id": 41}}
                ]
            }
        ]
    })
}

fn certificate() -> Value {
    json!({
        "id": MAX_ID,
        "name": "www",
        "labels": {"env": "prod"},
        "type": "managed",
        "certificate": "-----BEGIN CERTIFICATE-----\n",
        "created": "2026-01-30T23:50:00Z",
        "not_valid_before": "2026-01-30T23:50:00Z",
        "not_valid_after": "2026-04-30T23:50:00Z",
        "domain_names": ["example.com"],
        "fingerprint": "03:C7",
        "status": {
            "issuance": "failed",
            "renewal": "unavailable",
            "error": {"code": "dns_zone_not_found", "message": "no zone"}
        },
        "used_by": [{"id": 7, "type": "load_balancer"}]
    })
}

#[test]
fn volumes() {
    let volume = check::<Volume>(&volume());
    assert!(volume.is_available() && volume.protection.delete);
    assert_eq!(
        (volume.server, volume.size, volume.format),
        (Some(ServerId(42)), 50, Some(VolumeFormat::Xfs))
    );
    assert_eq!(decode::<Volume>(&json!({"size": 50.0})).size, 50);
    assert!(!decode::<Volume>(&json!({"status": "creating"})).is_available());
}

#[test]
fn networks_and_their_members() {
    let network = check::<Network>(&network());
    assert_eq!(
        (&network.subnets[0].kind, network.subnets[0].vswitch_id),
        (&SubnetType::Vswitch, Some(1000))
    );
    let server = check::<NetworkMember>(&member());
    assert_eq!(
        (server.server(), server.load_balancer()),
        (Some(ServerId(MAX_ID)), None)
    );
    let balancer: NetworkMember = decode(&json!({"id": 7, "type": "load_balancer"}));
    assert_eq!(
        (balancer.server(), balancer.load_balancer()),
        (None, Some(LoadBalancerId(7)))
    );
    let neither: NetworkMember = decode(&json!({"id": 7, "type": "dedicated"}));
    assert_eq!((neither.server(), neither.load_balancer()), (None, None));
}

#[test]
fn addresses() {
    let floating = check::<FloatingIp>(&floating_ip());
    assert_eq!(
        (floating.address(), floating.server),
        (Some("2001:db8::".parse().unwrap()), Some(ServerId(42)))
    );
    let primary = check::<PrimaryIp>(&primary_ip());
    assert_eq!(
        (primary.address(), primary.server()),
        (Some("203.0.113.7".parse().unwrap()), Some(ServerId(42)))
    );
    for (kind, id) in [
        ("unassigned", json!(null)),
        ("unassigned", json!(42)),
        ("toaster", json!(42)),
    ] {
        let free: PrimaryIp = decode(&json!({"assignee_type": kind, "assignee_id": id}));
        assert_eq!(free.server(), None, "{kind} {id}");
    }
}

#[test]
fn firewalls() {
    let firewall = check::<Firewall>(&firewall());
    assert_eq!(firewall.servers(), [ServerId(41), ServerId(42)]);
    check::<FirewallRule>(&self::firewall()["rules"][0]);
    let ping = json!({
        "description": null, "direction": "in", "source_ips": ["::/0"], "destination_ips": [], "protocol": "icmp",
        "port": null,
    });
    assert_eq!(
        serde_json::to_value(decode::<FirewallRule>(&ping)).unwrap(),
        ping
    );
    for resource in self::firewall()["applied_to"].as_array().unwrap() {
        check::<FirewallResource>(resource);
    }
    assert_eq!(
        firewall.applied_to[1]
            .label_selector
            .as_ref()
            .unwrap()
            .selector,
        "env=prod"
    );
}

#[test]
fn certificates() {
    let certificate = check::<Certificate>(&certificate());
    assert!(certificate.is_issued() && certificate.has_failed());
    let error = certificate.status.unwrap().error.unwrap();
    assert_eq!(error.code, hetzner::ErrorCode::DnsZoneNotFound);
    for (status, failed) in [
        (json!(null), false),
        (
            json!({"issuance": "completed", "renewal": "scheduled"}),
            false,
        ),
        (json!({"issuance": "completed", "renewal": "failed"}), true),
        (
            json!({"issuance": "failed", "renewal": "unavailable"}),
            true,
        ),
    ] {
        let certificate: Certificate = decode(&json!({"status": status}));
        assert_eq!(
            (certificate.has_failed(), certificate.is_issued()),
            (failed, false),
            "{status}"
        );
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
    survives::<Volume>(&volume(), &["/status", "/format"]);
    survives::<Network>(&network(), &["/subnets/0/type", "/subnets/0/network_zone"]);
    survives::<NetworkMember>(&member(), &["/type", "/status"]);
    survives::<FloatingIp>(&floating_ip(), &["/type"]);
    survives::<PrimaryIp>(&primary_ip(), &["/type", "/assignee_type"]);
    survives::<Firewall>(
        &firewall(),
        &[
            "/rules/0/direction",
            "/rules/0/protocol",
            "/applied_to/0/type",
        ],
    );
    survives::<Certificate>(
        &certificate(),
        &[
            "/type",
            "/status/issuance",
            "/status/renewal",
            "/used_by/0/type",
        ],
    );
}

#[test]
fn words_are_the_ones_of_the_service() {
    fn words<T: ToString>(known: &[T]) -> String {
        known.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
    }
    for (words, expected) in [
        (words(VolumeStatus::KNOWN), "available creating"),
        (words(VolumeFormat::KNOWN), "ext4 xfs"),
        (words(SubnetType::KNOWN), "cloud server vswitch"),
        (words(MemberType::KNOWN), "server load_balancer"),
        (
            words(MemberStatus::KNOWN),
            "ok attaching detaching updating error",
        ),
        (words(AssigneeType::KNOWN), "server unassigned"),
        (words(FirewallDirection::KNOWN), "in out"),
        (words(FirewallProtocol::KNOWN), "tcp udp icmp esp gre"),
        (words(FirewallResourceType::KNOWN), "server label_selector"),
        (words(CertificateType::KNOWN), "uploaded managed"),
        (
            words(CertificateIssuance::KNOWN),
            "pending completed failed",
        ),
        (
            words(CertificateRenewal::KNOWN),
            "scheduled pending failed unavailable",
        ),
    ] {
        assert_eq!(words, expected);
    }
}
