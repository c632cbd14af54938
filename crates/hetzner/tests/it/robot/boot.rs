//! What servers boot next.

use cloud_core::test_util::Scripted;
use hetzner::ErrorKind;
use hetzner::robot::{Choice, RescueNotReached, ResetType};
use serde_json::{Value, json};

use super::{once, refusal, scripted, sent, unsent};

fn rescue(active: bool) -> Value {
    json!({"rescue": {
        "server_ip": "123.123.123.123", "server_ipv6_net": "2a01:4f8:111:4221::", "server_number": 321,
        "os": if active { json!("linux") } else { json!(["linux", "vkvm"]) },
        "arch": if active { json!(64) } else { json!([64, 32]) },
        "active": active, "password": active.then_some("jEt0dvUvomtv"),
        "authorized_key": [{"key": {"name": "key1", "fingerprint": "15:28:b0", "type": "RSA", "size": 2048}}],
        "host_key": [{"key": {"fingerprint": "c1:e4:08", "type": "DSA", "size": 1024}}],
        "boot_time": null,
    }})
}

/// An installation whose options stand under these keys.
fn installation(kind: &str, key: &str, active: bool) -> Value {
    let mut inner = json!({"server_number": 321, "active": active, "password": active.then_some("jEt0dvUvomtv")});
    inner[key] = if active {
        json!("Debian 13")
    } else {
        json!(["Debian 13", "Ubuntu 24.04 LTS base"])
    };
    inner["lang"] = if active {
        json!("en")
    } else {
        json!(["en", "de"])
    };
    json!({kind: inner})
}

#[tokio::test(start_paused = true)]
async fn all_that_a_server_boots_is_told() {
    let boot = json!({"boot": {
        "rescue": rescue(true)["rescue"], "linux": installation("linux", "dist", false)["linux"], "vnc": null,
        "windows": {"server_number": 321, "dist": null, "lang": null, "os": ["2022"], "active": false},
        "plesk": null, "cpanel": null,
    }});
    let (line, boot) = once(200, boot, |api| api.boot().get(321)).await;
    let boot = boot.unwrap();
    assert_eq!(line, "GET /boot/321");
    assert!(boot.rescue.unwrap().active && boot.vnc.is_none());
    assert_eq!(boot.linux.unwrap().dist.available().len(), 2);
    let windows = boot.windows.unwrap();
    assert_eq!(
        (windows.os.available(), windows.lang),
        (&["2022".to_owned()][..], Choice::default())
    );
}

#[tokio::test(start_paused = true)]
async fn the_rescue_system_is_activated_and_given_up() {
    let (line, there) = once(200, rescue(false), |api| api.boot().rescue().get(321)).await;
    let there = there.unwrap();
    assert_eq!(line, "GET /boot/321/rescue");
    assert_eq!(there.os.available(), ["linux", "vkvm"]);
    assert!(there.password.is_none());

    let (line, active) = once(200, rescue(true), |api| {
        api.boot()
            .rescue()
            .activate(321, "linux")
            .authorized_keys(["15:28:b0", "16:29:b1"])
            .keyboard("de")
    })
    .await;
    assert_eq!(
        line,
        "POST /boot/321/rescue os=linux&keyboard=de&authorized_key[]=15%3A28%3Ab0&authorized_key[]=16%3A29%3Ab1"
    );
    let active = active.unwrap();
    assert_eq!(active.os.chosen(), Some("linux"));
    assert_eq!(active.password.as_ref().unwrap().expose(), "jEt0dvUvomtv");
    assert!(!format!("{active:?}").contains("jEt0dvUvomtv"));
    assert_eq!(active.authorized_keys[0].name, "key1");
    assert_eq!(active.host_keys[0].fingerprint.as_str(), "c1:e4:08");

    let (line, off) = once(200, rescue(false), |api| {
        api.boot().rescue().deactivate(321)
    })
    .await;
    assert_eq!(line, "DELETE /boot/321/rescue");
    assert!(!off.unwrap().active);
    let (line, last) = once(200, rescue(true), |api| api.boot().rescue().last(321)).await;
    assert_eq!(line, "GET /boot/321/rescue/last");
    assert!(last.unwrap().active);
}

#[tokio::test(start_paused = true)]
async fn installations_are_activated_and_given_up() {
    let (off, on) = (
        installation("linux", "dist", false),
        installation("linux", "dist", true),
    );
    let (line, there) = once(200, &off, |api| api.boot().linux().get(321)).await;
    assert_eq!(line, "GET /boot/321/linux");
    assert_eq!(there.unwrap().lang.available(), ["en", "de"]);
    let (line, active) = once(200, &on, |api| {
        api.boot()
            .linux()
            .activate(321, "Debian 13", "en")
            .authorized_keys(["15:28:b0"])
    })
    .await;
    assert_eq!(
        line,
        "POST /boot/321/linux dist=Debian%2013&lang=en&authorized_key[]=15%3A28%3Ab0"
    );
    assert_eq!(active.unwrap().dist.chosen(), Some("Debian 13"));
    let (line, there) = once(200, off, |api| api.boot().linux().deactivate(321)).await;
    assert_eq!(
        (line.as_str(), there.unwrap().active),
        ("DELETE /boot/321/linux", false)
    );
    let (line, last) = once(200, on, |api| api.boot().linux().last(321)).await;
    assert_eq!(
        (line.as_str(), last.unwrap().active),
        ("GET /boot/321/linux/last", true)
    );

    let (off, on) = (
        installation("vnc", "dist", false),
        installation("vnc", "dist", true),
    );
    let (line, there) = once(200, &off, |api| api.boot().vnc().get(321)).await;
    assert_eq!(
        (line.as_str(), there.unwrap().active),
        ("GET /boot/321/vnc", false)
    );
    let (line, active) = once(200, on, |api| {
        api.boot().vnc().activate(321, "Debian 13", "en")
    })
    .await;
    assert_eq!(line, "POST /boot/321/vnc dist=Debian%2013&lang=en");
    assert_eq!(active.unwrap().password.unwrap().expose(), "jEt0dvUvomtv");
    let (line, there) = once(200, off, |api| api.boot().vnc().deactivate(321)).await;
    assert_eq!(
        (line.as_str(), there.unwrap().active),
        ("DELETE /boot/321/vnc", false)
    );

    let (off, on) = (
        installation("windows", "os", false),
        installation("windows", "os", true),
    );
    let (line, there) = once(200, &off, |api| api.boot().windows().get(321)).await;
    assert_eq!(
        (line.as_str(), there.unwrap().os.available().len()),
        ("GET /boot/321/windows", 2)
    );
    let (line, active) = once(200, on, |api| {
        api.boot().windows().activate(321, "Debian 13", "en")
    })
    .await;
    assert_eq!(line, "POST /boot/321/windows os=Debian%2013&lang=en");
    assert_eq!(active.unwrap().os.chosen(), Some("Debian 13"));
    let (line, there) = once(200, off, |api| api.boot().windows().deactivate(321)).await;
    assert_eq!(
        (line.as_str(), there.unwrap().active),
        ("DELETE /boot/321/windows", false)
    );
}

fn resets(types: &[&str]) -> Scripted {
    Scripted::json(
        200,
        json!({"reset": {"server_number": 321, "type": types}}).to_string(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_server_is_rebooted_into_the_rescue_system() {
    for (types, chosen) in [(&["sw", "hw", "man"][..], "hw"), (&["sw", "man"], "sw")] {
        let (api, wire) = scripted([
            resets(types),
            Scripted::json(200, rescue(true).to_string()),
            Scripted::json(
                200,
                json!({"reset": {"server_number": 321, "type": chosen}}).to_string(),
            ),
            Scripted::json(
                200,
                json!({"reset": {"type": types, "operating_status": "running"}}).to_string(),
            ),
        ]);
        let done = api
            .boot()
            .rescue()
            .reboot_into(321, "linux")
            .authorized_keys(["15:28:b0"])
            .await
            .unwrap();
        assert_eq!(
            done.rescue.password.as_ref().unwrap().expose(),
            "jEt0dvUvomtv"
        );
        done.reset.wait().await.unwrap();
        assert_eq!(
            sent(&wire),
            [
                "GET /reset/321".to_owned(),
                "POST /boot/321/rescue os=linux&authorized_key[]=15%3A28%3Ab0".to_owned(),
                format!("POST /reset/321 type={chosen}"),
                "GET /reset/321".to_owned(),
            ]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_activated_for_a_server_that_cannot_be_reset_so() {
    let (api, wire) = scripted([resets(&["sw", "man"])]);
    let reboot = api.boot().rescue().reboot_into(321, "linux");
    let error = reboot.reset(ResetType::Hardware).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(
        error.message(),
        "type: must be one that the server has: sw, man"
    );
    assert_eq!(sent(&wire), ["GET /reset/321"]);
}

#[tokio::test(start_paused = true)]
async fn a_reset_that_fails_does_not_lose_the_password() {
    let (api, wire) = scripted([
        resets(&["hw"]),
        Scripted::json(200, rescue(true).to_string()),
        Scripted::json(500, refusal(500, "RESET_FAILED")),
    ]);
    let error = api
        .boot()
        .rescue()
        .reboot_into(321, "linux")
        .await
        .unwrap_err();
    let kept = error.api::<RescueNotReached>().unwrap();
    assert_eq!(
        kept.rescue.password.as_ref().unwrap().expose(),
        "jEt0dvUvomtv"
    );
    assert!(error.may_have_happened());
    let text = format!("{error} {error:?}");
    assert!(text.contains("the rescue system is active, but the reset failed: POST /reset/321 failed: 500 RESET_FAILED"));
    assert!(!text.contains("jEt0dvUvomtv"), "{text}");
    assert_eq!(error.cause().unwrap().code(), Some("RESET_FAILED"));
    assert_eq!(wire.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn another_number_is_not_let_into_the_path() {
    let (api, wire) = scripted([]);
    let text = unsent(&wire, api.ssh_keys().get("").await);
    assert_eq!(text, "fingerprint: must not be empty");
}
