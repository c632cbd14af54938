//! `/hosting/privateDatabase`: database servers of web hosting.

use std::net::IpAddr;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Field, Kind as Type, nullable, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::services::{self, Kind, Service};
use super::task::{Family, Task};
use super::{Ctx, datetime, network};

const KIND: Kind = "webCloudDatabases";
const NAME: &str = "ab12345-001";

const DATABASE: &[Field] = &[required("databaseName", Type::Text)];
const USER: &[Field] = &[
    required("password", Type::Text),
    required("userName", Type::Text),
];
const WHITELIST: &[Field] = &[
    required("ip", Type::Text),
    nullable("name", Type::Text),
    required("service", Type::Flag),
    required("sftp", Type::Flag),
];
const STATES: &[&str] = &["cancelled", "doing", "done", "error", "todo"];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/hosting/privateDatabase", Some("webCloudDatabases:apiovh:get"), list)
        .query(&["iamTags"]),
    op!(GET "/hosting/privateDatabase/{serviceName}", Some("webCloudDatabases:apiovh:get"), get),
    op!(POST "/hosting/privateDatabase/{serviceName}/restart", Some("webCloudDatabases:apiovh:restart"), restart),
    op!(
        GET "/hosting/privateDatabase/{serviceName}/database",
        Some("webCloudDatabases:apiovh:database/get"),
        |ctx| list_parts(ctx, "databases")
    ),
    op!(
        POST "/hosting/privateDatabase/{serviceName}/database",
        Some("webCloudDatabases:apiovh:database/create"),
        create_database
    )
    .body(DATABASE),
    op!(
        GET "/hosting/privateDatabase/{serviceName}/database/{databaseName}",
        Some("webCloudDatabases:apiovh:database/get"),
        |ctx| part(ctx, "databases")
    ),
    op!(
        DELETE "/hosting/privateDatabase/{serviceName}/database/{databaseName}",
        Some("webCloudDatabases:apiovh:database/delete"),
        |ctx| delete(ctx, "databases", "database/delete")
    ),
    op!(
        GET "/hosting/privateDatabase/{serviceName}/user",
        Some("webCloudDatabases:apiovh:user/get"),
        |ctx| list_parts(ctx, "users")
    ),
    op!(
        POST "/hosting/privateDatabase/{serviceName}/user",
        Some("webCloudDatabases:apiovh:user/create"),
        create_user
    )
    .body(USER),
    op!(
        GET "/hosting/privateDatabase/{serviceName}/user/{userName}",
        Some("webCloudDatabases:apiovh:user/get"),
        |ctx| part(ctx, "users")
    ),
    op!(
        DELETE "/hosting/privateDatabase/{serviceName}/user/{userName}",
        Some("webCloudDatabases:apiovh:user/delete"),
        |ctx| delete(ctx, "users", "user/delete")
    ),
    op!(
        GET "/hosting/privateDatabase/{serviceName}/whitelist",
        Some("webCloudDatabases:apiovh:whitelist/get"),
        list_whitelist
    )
    .query(&["ip", "service", "sftp"]),
    op!(
        POST "/hosting/privateDatabase/{serviceName}/whitelist",
        Some("webCloudDatabases:apiovh:whitelist/create"),
        create_whitelist
    )
    .body(WHITELIST),
    op!(
        GET "/hosting/privateDatabase/{serviceName}/tasks",
        Some("webCloudDatabases:apiovh:tasks/get"),
        list_tasks
    )
    .query(&["function", "status"]),
    op!(
        GET "/hosting/privateDatabase/{serviceName}/tasks/{id}",
        Some("webCloudDatabases:apiovh:tasks/get"),
        get_task
    ),
];

pub(crate) fn seed(account: &mut Account) {
    let megabytes = |value: i64| json!({"unit": "MB", "value": value});
    let object = json!({
        "serviceName": NAME,
        "displayName": "shop",
        "state": "started",
        "type": "mysql",
        "version": "mysql_8.4",
        "versionLabel": "MySQL 8.4",
        "hostname": "ab12345-001.eu.clouddb.ovh.net",
        "port": 35_101,
        "hostnameFtp": null,
        "portFtp": null,
        "ip": null,
        "guiURL": null,
        "server": "gra1-001",
        "datacenter": "gra1",
        "offer": "public",
        "infrastructure": "docker",
        "cpu": 1,
        "ram": megabytes(512),
        "quotaSize": megabytes(8000),
        "quotaUsed": megabytes(12),
        "tlsCa": null,
        "isUnderMaintenance": false,
        "lastCheck": datetime(account.now()),
        "graphEndpoint": {"host": "graphs.example", "readTokenId": "t1", "readToken": "sandbox"},
    });
    let parts = json!({"databases": {}, "users": {}, "whitelist": {}});
    services::add(account, KIND, NAME, &json!({}), object, parts);
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    services::list(ctx, KIND)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|service| service.object.clone())
}

/// A task, and what is different when it has done its work.
fn work(
    ctx: &mut Ctx<'_>,
    function: &'static str,
    about: Value,
    end: impl FnOnce(&mut Service) + Send + 'static,
) -> Value {
    let name = ctx.parameters[0].clone();
    let of = name.clone();
    let id = ctx.start(
        Family::Database,
        function,
        &name,
        2,
        move |account, done| {
            account.change(KIND, &of, |service| {
                if done {
                    end(service);
                }
            });
        },
    );
    let now = ctx.now();
    let task = ctx
        .account
        .tasks
        .entry(id)
        // Which database or user a task is about is shown by tasks of this family only.
        .and_modify(|task| task.extra = about);
    match task {
        std::collections::btree_map::Entry::Occupied(task) => render_task(task.get(), now),
        std::collections::btree_map::Entry::Vacant(_) => Value::Null,
    }
}

fn restart(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    // The description's word for a server that is about to restart.
    ctx.service(KIND)?.object["state"] = json!("restartPending");
    Ok(work(ctx, "restart", json!({}), |service| {
        service.object["state"] = json!("started");
    }))
}

fn list_parts(ctx: &mut Ctx<'_>, kind: &str) -> Result<Value, Refusal> {
    let parts = ctx.part(KIND, kind)?.clone();
    let parts = parts.as_object().into_iter().flatten();
    let rows: Vec<_> = parts
        .map(|(name, part)| (json!(name), part.clone()))
        .collect();
    expandable(ctx, rows)
}

fn part(ctx: &mut Ctx<'_>, kind: &str) -> Result<Value, Refusal> {
    let name = ctx.parameters[1].clone();
    let parts = ctx.part(KIND, kind)?;
    parts
        .get(&name)
        .cloned()
        .ok_or_else(|| Refusal::no_such_object(name))
}

/// A name that nothing of this kind has yet.
fn free(ctx: &mut Ctx<'_>, kind: &str, field: &str) -> Result<String, Refusal> {
    let name = ctx.body.text(field).to_owned();
    let fits = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if name.is_empty() || !fits {
        return Err(Refusal::wrong_value(field, name, "is not a name"));
    }
    if ctx.part(KIND, kind)?.get(&name).is_some() {
        return Err(Refusal::conflict(format!("{name} exists already")));
    }
    Ok(name)
}

fn create_database(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = free(ctx, "databases", "databaseName")?;
    let database = json!({
        "databaseName": name,
        "users": [],
        "quotaUsed": {"unit": "MB", "value": 0},
        "backupTime": "03:10:00",
        "creationDate": datetime(ctx.now()),
    });
    let about = json!({"databaseName": name});
    Ok(work(ctx, "database/create", about, move |service| {
        service.parts["databases"][name] = database;
    }))
}

fn create_user(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = free(ctx, "users", "userName")?;
    if ctx.body.text("password").len() < 8 {
        // A password is not repeated in an answer.
        return Err(Refusal::bad_request(
            "[password] The password is shorter than 8 characters",
        ));
    }
    let user = json!({"userName": name, "databases": [], "creationDate": datetime(ctx.now())});
    let about = json!({"userName": name});
    Ok(work(ctx, "user/create", about, move |service| {
        service.parts["users"][name] = user;
    }))
}

fn delete(ctx: &mut Ctx<'_>, kind: &'static str, function: &'static str) -> Result<Value, Refusal> {
    part(ctx, kind)?;
    let name = ctx.parameters[1].clone();
    let field = if kind == "users" {
        "userName"
    } else {
        "databaseName"
    };
    let about = json!({field: name});
    Ok(work(ctx, function, about, move |service| {
        let parts = service.parts[kind].as_object_mut();
        parts.map(|parts| parts.remove(&name));
    }))
}

fn list_whitelist(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let whitelist = ctx.part(KIND, "whitelist")?.clone();
    let (service, sftp) = (ctx.query.flag("service")?, ctx.query.flag("sftp")?);
    let whitelist = whitelist.as_object().into_iter().flatten();
    Ok(whitelist
        .filter(|(ip, _)| ctx.query.admits("ip", ip))
        .filter(|(_, rule)| service.is_none_or(|wanted| rule["service"] == wanted))
        .filter(|(_, rule)| sftp.is_none_or(|wanted| rule["sftp"] == wanted))
        .map(|(ip, _)| json!(ip))
        .collect())
}

fn create_whitelist(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let ip = body.text("ip").to_owned();
    // A single address is a block of its own; either form may be sent.
    if !matches!(network::parse(&ip), Some((IpAddr::V4(_), _))) {
        return Err(Refusal::wrong_value(
            "ip",
            &ip,
            "is not valid for type ipv4Block",
        ));
    }
    if ctx.part(KIND, "whitelist")?.get(&ip).is_some() {
        return Err(Refusal::conflict(format!("{ip} is on the list already")));
    }
    let rule = json!({"service": body.flag("service"), "sftp": body.flag("sftp"), "name": body.text("name")});
    Ok(work(ctx, "whitelist/create", json!({}), move |service| {
        service.parts["whitelist"][ip] = rule;
    }))
}

fn list_tasks(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    ctx.query.one_of("status", "StatusEnum", STATES)?;
    ctx.tasks(Family::Database, &["function", "status"], render_task)
}

fn get_task(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let task = ctx.task(Family::Database, &ctx.parameters[0], &ctx.parameters[1])?;
    Ok(render_task(task, ctx.now()))
}

fn render_task(task: &Task, now: SystemTime) -> Value {
    json!({
        "id": task.id,
        "function": task.function,
        "status": task.state(now, ["todo", "todo", "doing", "done", "error"], &["cancelled"]),
        "databaseName": task.extra["databaseName"],
        "userName": task.extra["userName"],
        "dumpId": null,
        "startDate": datetime(task.created),
        "lastUpdate": datetime(now),
        "doneDate": task.ended(now).map(datetime),
    })
}
