//! vSwitches and the servers in them.

use crate::common::robot::Robot;

#[tokio::test]
async fn servers_join_and_leave_a_vswitch_in_thirty_seconds() {
    let robot = Robot::new();
    let made = robot.call("POST /vswitch", "name=inner&vlan=4000").await;
    let id = made.ok(201)["id"].clone();
    let path = format!("/vswitch/{id}");
    let form = "server[0]=321001&server[1]=192.0.2.21&server[2]=2001:db8:10:3::";
    robot
        .call(&format!("POST {path}/server"), form)
        .await
        .ok_empty(201);
    let statuses = async || {
        let reply = robot.get(&path).await;
        let servers = reply.ok(200)["server"].as_array().unwrap().clone();
        let shown = servers
            .iter()
            .map(|s| format!("{} {}", s["server_number"], s["status"].as_str().unwrap()));
        shown.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        statuses().await,
        "321001 in process, 321002 in process, 321003 in process"
    );
    for (request, form) in [
        (format!("POST {path}"), "vlan=4001"),
        (format!("POST {path}/server"), "server=321005"),
        (format!("DELETE {path}/server"), "server=321001"),
    ] {
        robot
            .call(&request, form)
            .await
            .denied(409, "VSWITCH_IN_PROCESS");
    }
    robot.advance(30);
    assert_eq!(statuses().await, "321001 ready, 321002 ready, 321003 ready");
    robot
        .call(&format!("DELETE {path}/server"), "server=321005")
        .await
        .denied(404, "SERVER_NOT_FOUND");
    robot
        .call(
            &format!("DELETE {path}/server"),
            "server[]=321002&server[]=321003",
        )
        .await
        .ok_empty(200);
    assert_eq!(
        statuses().await,
        "321001 ready, 321002 in process, 321003 in process"
    );
    robot.advance(30);
    assert_eq!(statuses().await, "321001 ready");

    // One VLAN of a server, one vSwitch.
    let other = robot
        .call("POST /vswitch", "name=other&vlan=4000")
        .await
        .ok(201)["id"]
        .clone();
    let refused = robot
        .call(&format!("POST /vswitch/{other}/server"), "server=321001")
        .await;
    refused.denied(409, "VSWITCH_VLAN_NOT_UNIQUE");
    assert!(
        refused.text.contains("at server 192.0.2.11"),
        "{}",
        refused.text
    );
    let nowhere = robot
        .call(&format!("POST /vswitch/{other}/server"), "server=321004")
        .await;
    nowhere.denied(404, "VSWITCH_NOT_AVAILABLE");
    robot
        .call(&format!("POST /vswitch/{other}"), "vlan=4002")
        .await
        .ok_empty(200);
    robot
        .call(&format!("POST /vswitch/{other}/server"), "server=321001")
        .await
        .ok_empty(201);
    robot.advance(30);
    robot
        .call(&format!("POST /vswitch/{other}"), "vlan=4000")
        .await
        .denied(409, "VSWITCH_VLAN_NOT_UNIQUE");

    // A server can be in five.
    for vlan in 4010..4013 {
        let id = robot
            .call("POST /vswitch", &format!("name=x&vlan={vlan}"))
            .await
            .ok(201)["id"]
            .clone();
        robot
            .call(&format!("POST /vswitch/{id}/server"), "server=321001")
            .await
            .ok_empty(201);
    }
    let id = robot
        .call("POST /vswitch", "name=x&vlan=4014")
        .await
        .ok(201)["id"]
        .clone();
    let sixth = robot
        .call(&format!("POST /vswitch/{id}/server"), "server=321001")
        .await;
    sixth.denied(409, "VSWITCH_PER_SERVER_LIMIT_REACHED");

    // Cancelled, it is still listed. Ansible's module has years of two digits.
    robot
        .call(&format!("DELETE {path}"), "cancellation_date=26-05-04")
        .await
        .ok_empty(200);
    assert_eq!(robot.get(&path).await.json["cancelled"], true);
    robot
        .call(&format!("DELETE {path}"), "cancellation_date=now")
        .await
        .denied(409, "CONFLICT");
}
