//! Firewalls and their templates.

use cloud_core::test_util::Scripted;
use hetzner::robot::{FirewallPort, FirewallProtocol, FirewallRule, FirewallRules, FirewallStatus};
use hetzner::{FirewallProtocol as CloudProtocol, FirewallRule as CloudRule, IpVersion};
use serde_json::{Value, json};

use super::{once, scripted, sent, unsent};

fn firewall(status: &str, rules: &Value) -> Value {
    json!({"firewall": {
        "server_ip": "123.123.123.123", "server_number": 321, "status": status, "filter_ipv6": false,
        "whitelist_hos": true, "port": "main", "rules": rules,
    }})
}

fn ssh() -> FirewallRule {
    FirewallRule::accept()
        .name("ssh")
        .ip_version(IpVersion::V4)
        .src_ip("203.0.113.0/24")
        .protocol(FirewallProtocol::Tcp)
        .dst_port("22")
}

#[tokio::test(start_paused = true)]
async fn a_firewall_is_read_set_and_cleared() {
    let rules = json!({"input": [{
        "name": "rule 1", "ip_version": "ipv4", "dst_ip": null, "src_ip": "1.1.1.1/32", "dst_port": "80",
        "src_port": null, "protocol": null, "tcp_flags": null, "action": "accept",
    }], "output": []});
    let (line, one) = once(200, firewall("active", &rules), |api| {
        api.firewalls().get(321)
    })
    .await;
    let one = one.unwrap();
    assert_eq!(line, "GET /firewall/321");
    assert_eq!(
        (&one.status, &one.port),
        (&FirewallStatus::Active, &FirewallPort::Main)
    );
    let rule = FirewallRule::accept()
        .name("rule 1")
        .ip_version(IpVersion::V4)
        .src_ip("1.1.1.1/32")
        .dst_port("80");
    assert_eq!(one.rules.input, [rule]);

    let settled = firewall("active", &rules);
    let (api, wire) = scripted([
        Scripted::json(202, firewall("in process", &rules).to_string()),
        Scripted::json(200, firewall("in process", &rules).to_string()),
        Scripted::json(200, settled.to_string()),
    ]);
    let replies = FirewallRule::tcp_replies(IpVersion::V4);
    let rules = FirewallRules::accepting([ssh(), replies]);
    let set = api
        .firewalls()
        .set(321, FirewallStatus::Active, rules)
        .whitelist_hos(true)
        .filter_ipv6(false);
    let set = set.port(FirewallPort::Main).await.unwrap();
    assert_eq!(set.status, FirewallStatus::InProcess);
    assert_eq!(set.wait().await.unwrap().status, FirewallStatus::Active);
    let form = "status=active\
        &rules[input][0][name]=ssh&rules[input][0][ip_version]=ipv4&rules[input][0][src_ip]=203.0.113.0%2F24\
        &rules[input][0][dst_port]=22&rules[input][0][protocol]=tcp&rules[input][0][action]=accept\
        &rules[input][1][name]=tcp%20established&rules[input][1][ip_version]=ipv4\
        &rules[input][1][dst_port]=32768-65535&rules[input][1][protocol]=tcp&rules[input][1][tcp_flags]=ack\
        &rules[input][1][action]=accept\
        &rules[output][0][name]=Allow%20all&rules[output][0][action]=accept\
        &filter_ipv6=false&whitelist_hos=true&port=main";
    assert_eq!(
        sent(&wire),
        [
            format!("POST /firewall/321 {form}"),
            "GET /firewall/321".into(),
            "GET /firewall/321".into()
        ]
    );

    let (line, set) = once(200, settled, |api| api.firewalls().apply_template(321, 7)).await;
    assert_eq!(line, "POST /firewall/321 template_id=7");
    // It is done already.
    set.unwrap().wait().await.unwrap();
    let (line, off) = once(202, firewall("disabled", &json!({})), |api| {
        api.firewalls().clear(321)
    })
    .await;
    assert_eq!(line, "DELETE /firewall/321");
    assert_eq!(off.unwrap().rules, FirewallRules::default());
}

#[tokio::test(start_paused = true)]
async fn a_firewall_that_would_cut_the_server_off_is_not_sent() {
    let (api, wire) = scripted([]);
    let set = |rules| api.firewalls().set(321, FirewallStatus::Active, rules);
    let dropped = "must not be empty, or an active firewall drops all of it";
    let text = unsent(&wire, set(FirewallRules::accepting([])).await);
    assert_eq!(text, format!("rules[input]: {dropped}"));
    let text = unsent(
        &wire,
        set(FirewallRules::accepting([ssh()]).output([])).await,
    );
    assert_eq!(text, format!("rules[output]: {dropped}"));
    // Switched off it needs none.
    let (line, _) = once(200, firewall("disabled", &json!({})), |api| {
        api.firewalls()
            .set(321, FirewallStatus::Disabled, FirewallRules::default())
    })
    .await;
    assert_eq!(line, "POST /firewall/321 status=disabled");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_rule_is_named() {
    let (api, wire) = scripted([]);
    let accept = FirewallRule::accept;
    for (rule, text) in [
        (
            accept().src_ip("1.2.3.4"),
            "[src_ip]: needs `ip_version` ipv4",
        ),
        (
            accept().ip_version(IpVersion::V6).dst_ip("::/0"),
            "[dst_ip]: needs `ip_version` ipv4",
        ),
        (
            accept().ip_version(IpVersion::V4).src_ip("1.2.3.4/33"),
            "[src_ip]: must be an IPv4 address or net",
        ),
        (
            accept().protocol(FirewallProtocol::Tcp),
            "[protocol]: needs `ip_version`",
        ),
        (
            accept()
                .ip_version(IpVersion::V4)
                .protocol(FirewallProtocol::Icmp)
                .dst_port("1"),
            "[dst_port]: is for tcp and udp only",
        ),
        (
            accept().src_port("90-80"),
            "[src_port]: must be ports and ranges with commas between them",
        ),
        (
            accept().dst_port("http"),
            "[dst_port]: must be ports and ranges with commas between them",
        ),
        (accept().tcp_flags("syn"), "[tcp_flags]: is for tcp only"),
        (FirewallRule::default(), "[action]: must be given"),
    ] {
        let rules = FirewallRules::accepting([ssh(), rule]);
        let result = api
            .firewalls()
            .set(321, FirewallStatus::Active, rules.clone())
            .await;
        assert_eq!(unsent(&wire, result), format!("rules[input][1]{text}"));
        let result = api.firewall_templates().create("x", rules).await;
        assert_eq!(unsent(&wire, result), format!("rules[input][1]{text}"));
    }
    let many =
        FirewallRules::accepting([ssh()]).output(vec![accept().dst_port("80,443,8080-8081"); 11]);
    let result = api.firewalls().set(321, FirewallStatus::Active, many).await;
    assert_eq!(
        unsent(&wire, result),
        "rules[output]: are 11 but must be at most 10"
    );
}

#[tokio::test(start_paused = true)]
async fn rules_of_the_cloud_are_rules_of_robot_where_it_has_them() {
    let web = CloudRule::inbound_tcp("443", CloudRule::ANYWHERE).description("web");
    let office = CloudRule::inbound(CloudProtocol::Icmp, ["203.0.113.0/24", "::/0"]);
    let rules = FirewallRules::from_cloud([&web, &office]).unwrap();
    let of = |version, protocol| {
        FirewallRule::accept()
            .ip_version(version)
            .protocol(protocol)
    };
    let tcp = |version| {
        of(version, FirewallProtocol::Tcp)
            .name("web")
            .dst_port("443")
    };
    assert_eq!(
        rules.input,
        [
            tcp(IpVersion::V4),
            tcp(IpVersion::V6),
            of(IpVersion::V4, FirewallProtocol::Icmp).src_ip("203.0.113.0/24"),
            FirewallRule::tcp_replies(IpVersion::V4),
            FirewallRule::tcp_replies(IpVersion::V6),
        ]
    );
    assert_eq!(rules.output, [FirewallRule::accept().name("Allow all")]);
    // The service takes them.
    let (line, _) = once(202, firewall("active", &json!([])), |api| {
        api.firewalls().set(321, FirewallStatus::Active, rules)
    })
    .await;
    assert!(line.contains("&rules[input][2][protocol]=icmp&"), "{line}");

    let dns = CloudRule::outbound_udp("53", ["9.9.9.9/32"]);
    let rules = FirewallRules::from_cloud([&dns]).unwrap();
    assert_eq!(
        rules.output,
        [of(IpVersion::V4, FirewallProtocol::Udp)
            .dst_ip("9.9.9.9/32")
            .dst_port("53")]
    );

    for (rule, text) in [
        (
            CloudRule::inbound_tcp("1", ["2a01::/64"]),
            "source_ips: 2a01::/64: Robot filters by networks of IPv4 only",
        ),
        (
            CloudRule::outbound_tcp("1", ["x/1"]),
            "destination_ips: x/1 is no network",
        ),
        (
            CloudRule::inbound_tcp("1", [""; 0]),
            "source_ips: must name a network",
        ),
    ] {
        let error = FirewallRule::from_cloud(&rule).unwrap_err();
        assert_eq!(error.message(), text);
    }
}

fn template() -> Value {
    json!({"firewall_template": {
        "id": 7, "name": "web", "filter_ipv6": true, "whitelist_hos": true, "is_default": true,
        "rules": {"input": [{"action": "accept"}]},
    }})
}

#[tokio::test(start_paused = true)]
async fn templates_are_kept() {
    let (line, all) = once(200, json!([template()]), |api| {
        api.firewall_templates().list().all()
    })
    .await;
    assert_eq!(
        (line.as_str(), all.unwrap()[0].id.0),
        ("GET /firewall/template", 7)
    );
    let (line, one) = once(200, template(), |api| api.firewall_templates().get(7)).await;
    assert_eq!(
        (line.as_str(), one.unwrap().rules.input.len()),
        ("GET /firewall/template/7", 1)
    );
    let rules = FirewallRules::accepting([FirewallRule::accept()]);
    let (line, one) = once(201, template(), |api| {
        api.firewall_templates().create("web", rules.clone())
    })
    .await;
    let form = "rules[input][0][action]=accept&rules[output][0][name]=Allow%20all&rules[output][0][action]=accept";
    assert_eq!(
        line,
        format!("POST /firewall/template name=web&{form}&whitelist_hos=false&is_default=false")
    );
    assert!(one.unwrap().is_default);
    let (line, _) = once(200, template(), |api| {
        api.firewall_templates()
            .replace(7, "web", rules)
            .whitelist_hos(true)
            .is_default(true)
            .filter_ipv6(true)
    })
    .await;
    assert_eq!(
        line,
        format!(
            "POST /firewall/template/7 name=web&{form}&whitelist_hos=true&is_default=true&filter_ipv6=true"
        )
    );
    let (line, gone) = once(200, "", |api| api.firewall_templates().delete(7)).await;
    gone.unwrap();
    assert_eq!(line, "DELETE /firewall/template/7");
}
