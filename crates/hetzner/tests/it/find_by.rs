//! Looking for what a filter finds that only one can match, and what is not there.

use crate::common::{self, assert_field, client, last_query};
use cloud_sandbox::Sandbox;
use hetzner::{IpVersion, ssh_keys};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dHRlcmZseWJ1dHRlcmZseWJ1dHRlcmZseWJ1dHQx laptop";

#[tokio::test(start_paused = true)]
async fn a_primary_ip_is_found_by_its_address() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let ips = api.primary_ips();
    let mut made = Vec::new();
    for (name, kind) in [
        ("a", IpVersion::V4),
        ("b", IpVersion::V4),
        ("c", IpVersion::V6),
    ] {
        let created = ips.create(name, kind).location("fsn1").await.unwrap();
        made.push(created.wait().await.unwrap());
    }
    for ip in &made {
        let found = ips.find_by_ip(&ip.ip).await.unwrap();
        assert_eq!(found.as_ref(), Some(ip));
    }
    let address = made[1].address().unwrap();
    assert_eq!(ips.find_by_ip(address).await.unwrap().unwrap().name, "b");
    assert_eq!(last_query(&sandbox), format!("ip={address}&per_page=50"));
    assert_eq!(ips.find_by_ip("192.0.2.200").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn an_ssh_key_is_found_by_the_fingerprint_of_its_public_key() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let key = api.ssh_keys().create("laptop", KEY).await.unwrap();
    let fingerprint = ssh_keys::fingerprint(KEY).unwrap();
    assert_eq!(fingerprint, key.fingerprint);
    let found = api.ssh_keys().find_by_fingerprint(&fingerprint);
    assert_eq!(found.await.unwrap(), Some(key));
    let query = format!(
        "fingerprint={}&per_page=50",
        fingerprint.replace(':', "%3A")
    );
    assert_eq!(last_query(&sandbox), query);
    let none = api.ssh_keys().find_by_fingerprint("00:00");
    assert_eq!(none.await.unwrap(), None);
}

/// What `ssh-keygen -l -E md5` says of the same keys.
#[test]
fn a_fingerprint_is_that_of_openssh() {
    let rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDT9WvHGL9QlLpU2gyBDDZVUBXuQgmb/nsB+XSiqfPIckCLnjQrPBqBBBd8L72+s2znJbd1\
        UeY33AauzhSC/X3bYWRAct3adsppYvLV9JPHqbDvBcoqVtNyeVZBCJvbtOY+PIF0GBeZtI30gs6Dx1SKLBQ30+wQUzPHVELV0gXB2w== a b";
    let ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPYQ5gNDYDKrDcFxdHOdspI/pcPn9ErO5WuSg/\
        nWGpaanBFDLj55SPWTYo3DjnMNi8T2ScKnl3SSZhJcshcf4Hs=";
    let (first, rest) = rsa["ssh-rsa ".len()..rsa.len() - " a b".len()].split_at(72);
    // As `ssh-keygen -e` writes it.
    let ssh2 = format!(
        "---- BEGIN SSH2 PUBLIC KEY ----\r\nSubject: me\r\nComment: \"1024-bit RSA, \\\r\ntwo: lines\"\r\n{first}\r\n{rest}\r\n\
        ---- END SSH2 PUBLIC KEY ----\r\n"
    );
    for (key, fingerprint) in [
        (rsa, "af:b0:b0:25:6b:ce:b4:cb:94:68:5c:be:f8:2d:23:34"),
        (&ssh2, "af:b0:b0:25:6b:ce:b4:cb:94:68:5c:be:f8:2d:23:34"),
        (ecdsa, "aa:4b:a7:36:3e:0b:54:bc:0d:36:0b:56:75:88:6e:12"),
        // Without the padding, as OpenSSH reads it too.
        (
            ecdsa.trim_end_matches('='),
            "aa:4b:a7:36:3e:0b:54:bc:0d:36:0b:56:75:88:6e:12",
        ),
    ] {
        assert_eq!(ssh_keys::fingerprint(key).as_deref(), Some(fingerprint));
    }
    for no_key in [
        "",
        "ssh-ed25519",
        "ssh-ed25519 ###",
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dHRlcmZseWJ1dHRlcmZseWJ1dHRlcmZseWJ1dHQx",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "---- BEGIN SSH2 PUBLIC KEY ----",
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5AAAA\n",
        "---- BEGIN SSH2 PUBLIC KEY ----\nComment: x\n---- END SSH2 PUBLIC KEY ----",
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3Nz\n---- END SSH2 PUBLIC KEY ----",
    ] {
        assert_eq!(ssh_keys::fingerprint(no_key), None, "{no_key}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_subaccount_is_found_by_its_user_name() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let boxes = api.storage_boxes();
    let created = boxes
        .create("backup", "bx11", "fsn1", "Correct-Horse-7")
        .await
        .unwrap();
    let accounts = boxes.subaccounts(created.wait().await.unwrap().id);
    let mut made = Vec::new();
    for directory in ["a", "b"] {
        let created = accounts
            .create(directory, "Battery-Staple-8")
            .await
            .unwrap();
        made.push(created.wait().await.unwrap());
    }
    let username = &made[1].username;
    let found = accounts.find_by_username(username).await.unwrap();
    assert_eq!(found.unwrap().id, made[1].id);
    assert_eq!(last_query(&sandbox), format!("username={username}"));
    assert!(
        accounts
            .find_by_username("u0-sub9")
            .await
            .unwrap()
            .is_none()
    );
}

/// The service takes an empty filter for none.
#[tokio::test(start_paused = true)]
async fn an_empty_value_is_refused_because_it_would_find_any() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    assert_field(api.primary_ips().find_by_ip("").await, "ip");
    assert_field(api.ssh_keys().find_by_fingerprint(" ").await, "fingerprint");
    let accounts = api.storage_boxes().subaccounts(1);
    assert_field(accounts.find_by_username("").await, "username");
    assert!(sandbox.journal().entries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_can_be_an_error_that_names_it() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let find = api.servers().find("web-1");
    let error = find.or_not_found("server web-1").await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "404 Not Found: there is no server web-1");
    let server = common::server(&api, "web-1").await;
    let find = api.servers().find("web-1").or_not_found("server web-1");
    assert_eq!(find.await.unwrap().id, server.id);
}
