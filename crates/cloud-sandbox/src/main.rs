//! The program `cloud-sandbox`: the sandbox on a port, for clients in any language.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
use cloud_sandbox::{Builder, Running, Sandbox, Tls, hetzner_robot, keystone, ovh, vdk_control};

mod settings_file;

use settings_file::{KeystoneUser, SettingsFile, zone_name};

/// Stateful stand-ins for cloud APIs.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve all services on one port, until interrupted
    Serve(Serve),
}

/// What the help says of the file, which `tests/it/program.rs` reads with this text.
const FILE_HELP: &str = r#"Read settings from this file (JSON); options go before what it says. All of it may be left out:
{
  "token": "..", "seed": 1, "starting_at": "2026-01-31T12:00:00Z",
  "action_seconds": 0.1, "rate_limit": 3600,
  "strict": true, "lenient_bodies": false, "default_network": false,
  "hetzner_robot": {"user": {"name": "..", "password": ".."}, "quirks": ["empty-lists"], "unlimited": true},
  "ovh": {
    "application": {"key": "..", "secret": ".."}, "consumer_key": "..",
    "service_account": {"id": "..", "secret": ".."},
    "zones": ["example.net"], "bills": 3, "generic": true
  },
  "vdk_control": {"secured": true},
  "keystone": {"users": [{"name": "ops", "password": "..", "projects": ["demo", "data"]}]}
}"#;

#[derive(clap::Args)]
struct Serve {
    /// The port; 0 stands for a free one
    #[arg(long, default_value_t = 8500)]
    port: u16,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: String,
    /// Serve TLS with the certificate in this file (PEM), followed by those that lead to its authority
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve TLS with a new certificate, and write that of its authority to this file (PEM), for clients to trust
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "cloud-sandbox-ca.pem",
        conflicts_with = "tls_cert"
    )]
    tls: Option<PathBuf>,
    /// Write the variables to this file too, as NAME=value, before the first line is printed
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// How many requests the journal keeps; 0 turns it off
    #[arg(long, value_name = "REQUESTS", default_value_t = 10_000)]
    journal: usize,
    /// Load what the services hold from this file, if it is there, and write it at the end and when asked for
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Let whoever has this key control the sandbox under /_sandbox; without one, whoever is on this machine may
    #[arg(long, value_name = "KEY")]
    control_key: Option<String>,
    /// Read settings from this file (JSON), whose words --help shows; options go before what it says
    #[arg(long, value_name = "FILE", long_help = FILE_HELP)]
    settings: Option<PathBuf>,
    /// Determines generated passwords, addresses and the like [default: 0]
    #[arg(long)]
    seed: Option<u64>,
    /// The time inside at the beginning, for example 2026-01-31T12:00:00Z; otherwise the real one
    #[arg(long, value_name = "TIME")]
    starting_at: Option<jiff::Timestamp>,
    /// Accept this token only, or this password where a service takes passwords; otherwise every one opens a project of its own
    #[arg(long)]
    token: Option<String>,
    /// How long an ordinary action takes; longer ones take a multiple of it [default: 1]
    #[arg(long, value_name = "SECONDS")]
    action_seconds: Option<f64>,
    /// How many requests a project may make an hour; no limit without it
    #[arg(long, value_name = "REQUESTS")]
    rate_limit: Option<u32>,
    /// Refuse fields that an operation does not know, where the real service ignores them
    #[arg(long)]
    strict: bool,
    /// Ignore fields that an operation of Hetzner does not know, which it refuses otherwise
    #[arg(long)]
    lenient_bodies: bool,
    /// Begin projects of Hetzner without the network that they have otherwise
    #[arg(long)]
    no_default_network: bool,
    /// Let the VDK Control Service demand a token, which its token endpoint gives for the API token printed
    #[arg(long)]
    vdk_control_secured: bool,
    /// The user of the Hetzner Robot web service; with --token, that is the password
    #[arg(long, value_name = "NAME:PASSWORD", value_parser = pair)]
    hetzner_robot_user: Option<(String, String)>,
    /// Something that the Hetzner Robot web service does in some places or at some times; may be given several times
    #[arg(long, value_name = "NAME", value_parser = quirk())]
    hetzner_robot_quirk: Vec<hetzner_robot::Quirk>,
    /// Take any number of requests to the Hetzner Robot web service
    #[arg(long)]
    hetzner_robot_unlimited: bool,
    /// The application of OVHcloud
    #[arg(long, value_name = "KEY:SECRET", value_parser = pair)]
    ovh_application: Option<(String, String)>,
    /// The consumer key of OVHcloud
    #[arg(long, value_name = "KEY")]
    ovh_consumer_key: Option<String>,
    /// The service account of OVHcloud
    #[arg(long, value_name = "ID:SECRET", value_parser = pair)]
    ovh_service_account: Option<(String, String)>,
    /// One more DNS zone of OVHcloud; may be given several times
    #[arg(long, value_name = "NAME", value_parser = zone_name)]
    ovh_zone: Vec<String>,
    /// How many bills the account of OVHcloud has [default: 24]
    #[arg(long, value_name = "NUMBER")]
    ovh_bills: Option<usize>,
    /// Answer what OVHcloud describes and the sandbox keeps no state for, by examples of the described types
    #[arg(long)]
    ovh_generic: bool,
    /// One more user of Keystone, who is a member of these projects; may be given several times
    #[arg(long, value_name = "NAME:PASSWORD:PROJECT[,PROJECT]", value_parser = keystone_user)]
    keystone_user: Vec<KeystoneUser>,
}

impl Serve {
    /// Takes from the file what no option says.
    fn fill_from(&mut self, file: SettingsFile) {
        fn fill<T>(option: &mut Option<T>, from: Option<T>) {
            *option = option.take().or(from);
        }
        fill(&mut self.token, file.token);
        fill(&mut self.seed, file.seed);
        fill(&mut self.starting_at, file.starting_at);
        fill(&mut self.action_seconds, file.action_seconds);
        fill(&mut self.rate_limit, file.rate_limit);
        // A flag can only be switched on by an option, so that either place may do it.
        self.strict |= file.strict;
        self.lenient_bodies |= file.lenient_bodies;
        self.no_default_network |= !file.default_network;
        let robot = file.hetzner_robot;
        fill(&mut self.hetzner_robot_user, robot.user.map(Into::into));
        self.hetzner_robot_quirk
            .extend(robot.quirks.into_iter().map(|quirk| quirk.0));
        self.hetzner_robot_unlimited |= robot.unlimited;
        let ovh = file.ovh;
        fill(&mut self.ovh_application, ovh.application.map(Into::into));
        fill(&mut self.ovh_consumer_key, ovh.consumer_key);
        fill(
            &mut self.ovh_service_account,
            ovh.service_account.map(Into::into),
        );
        fill(&mut self.ovh_bills, ovh.bills);
        self.ovh_generic |= ovh.generic;
        for zone in ovh.zones.into_iter().map(String::from) {
            if !self.ovh_zone.contains(&zone) {
                self.ovh_zone.push(zone);
            }
        }
        self.vdk_control_secured |= file.vdk_control.secured;
        // The later of two users with one name counts.
        let mut users = file.keystone.users;
        users.append(&mut self.keystone_user);
        self.keystone_user = users;
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, secret)) if !name.is_empty() && !secret.is_empty() => {
            Ok((name.to_owned(), secret.to_owned()))
        }
        _ => Err("two words with a colon between them are expected".to_owned()),
    }
}

/// Reads a quirk, and lets the help show which there are.
fn quirk() -> impl TypedValueParser<Value = hetzner_robot::Quirk> {
    let names = hetzner_robot::Quirk::ALL.iter().map(|quirk| quirk.name());
    PossibleValuesParser::new(names).try_map(|name| {
        name.parse::<hetzner_robot::Quirk>()
            .map_err(io::Error::other)
    })
}

fn keystone_user(text: &str) -> Result<KeystoneUser, String> {
    let parts = text.split_once(':').and_then(|(name, rest)| {
        // A password may have colons, and a list of projects has none.
        let (password, projects) = rest.rsplit_once(':')?;
        Some((name, password, projects.split(',').map(str::to_owned)))
    });
    let (name, password, projects) =
        parts.ok_or("a name, a password and projects with colons between them are expected")?;
    KeystoneUser::new(name, password, projects.collect())
}

/// How much of a body the journal keeps: enough to see what was asked for.
const JOURNAL_BODY: usize = 4096;

/// As long as the tokens of the real service: some clients refuse any other length.
const TOKEN_LENGTH: usize = 64;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Command::Serve(arguments) = Arguments::parse().command;
    match serve(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("cloud-sandbox: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(mut arguments: Serve) -> Result<(), String> {
    if let Some(file) = &arguments.settings {
        let file = SettingsFile::read(file)?;
        arguments.fill_from(file);
    }
    // The name is the same address everywhere; any other would need somebody to ask.
    let ip: IpAddr = match arguments.bind.as_str() {
        "localhost" => Ipv4Addr::LOCALHOST.into(),
        bind => bind
            .parse()
            .map_err(|_| format!("{bind:?} is not an IP address to listen on"))?,
    };
    let address = SocketAddr::new(ip, arguments.port);
    let builder = secured(settings(&arguments)?.bind(address), &arguments, ip)?;
    // Whoever reads what `greet` prints may end the program at once.
    let interrupted =
        interruption().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let server = builder
        .start()
        .await
        .map_err(|error| match (&arguments.state, error.kind()) {
            (Some(file), io::ErrorKind::InvalidData) => {
                format!("cannot load {}: {error}", file.display())
            }
            _ => format!("cannot listen on {address}: {error}"),
        })?;
    let greeting = greeting(&server, &arguments)?;
    if let Some(file) = &arguments.env_file {
        let assignments: String = greeting.iter().filter_map(Line::assignment).collect();
        write(file, &assignments)?;
    }
    // After the file: whoever waits for these lines finds it written.
    let text: String = greeting.iter().map(Line::script).collect();
    let mut out = io::stdout().lock();
    // Nobody reads it any more, perhaps; that is no reason to stop serving.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    drop(out);
    interrupted.await;
    let sandbox = server.sandbox().clone();
    // Before the state is written: no request can change it then.
    server.shutdown().await;
    if let Some(file) = &arguments.state {
        let saved = sandbox.save_to(file);
        saved.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    Ok(())
}

fn settings(arguments: &Serve) -> Result<Builder, String> {
    let seconds = arguments.action_seconds.unwrap_or(1.0);
    let duration = Duration::try_from_secs_f64(seconds)
        .map_err(|_| format!("{seconds} is not a number of seconds that an action can take"))?;
    let mut builder = Sandbox::builder()
        .action_duration(duration)
        .rate_limit(arguments.rate_limit)
        .strict(arguments.strict)
        .default_network(!arguments.no_default_network)
        .journal_limit(arguments.journal)
        .journal_body_limit(JOURNAL_BODY)
        .seed(arguments.seed.unwrap_or(0));
    if arguments.lenient_bodies {
        builder = builder.lenient_bodies();
    }
    if let Some(key) = &arguments.control_key {
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("a control key consists of visible ASCII characters".to_owned());
        }
        builder = builder.control_key(key);
    }
    if let Some(file) = &arguments.state {
        builder = builder.state_file(file);
    }
    if let Some(time) = arguments.starting_at {
        builder = builder.starting_at(SystemTime::from(time));
    }
    let mut vdk_control = vdk_control::Settings::new().secured(arguments.vdk_control_secured);
    if let Some(token) = &arguments.token {
        // It has to fit into a header, in which clients refuse anything else.
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("a token consists of visible ASCII characters".to_owned());
        }
        builder = builder.token(token);
        vdk_control = vdk_control.api_token(token);
    }
    let mut robot =
        hetzner_robot::Settings::new().request_limits(!arguments.hetzner_robot_unlimited);
    if let Some((name, password)) = &arguments.hetzner_robot_user {
        robot = robot.user(name, password);
    }
    for quirk in &arguments.hetzner_robot_quirk {
        robot = robot.quirk(*quirk);
    }
    let mut ovh = ovh::Settings::new().generic(arguments.ovh_generic);
    if let Some(bills) = arguments.ovh_bills {
        ovh = ovh.bills(bills);
    }
    for zone in &arguments.ovh_zone {
        ovh = ovh.zone(zone);
    }
    if let Some((key, secret)) = &arguments.ovh_application {
        ovh = ovh.application(key, secret);
    }
    if let Some(key) = &arguments.ovh_consumer_key {
        ovh = ovh.consumer_key(key);
    }
    if let Some((id, secret)) = &arguments.ovh_service_account {
        ovh = ovh.service_account(id, secret);
    }
    let mut keystone = keystone::Settings::new();
    for user in &arguments.keystone_user {
        keystone = keystone.user(&user.name, &user.password, &user.projects);
    }
    Ok(builder
        .hetzner_robot(robot)
        .vdk_control(vdk_control)
        .ovh(ovh)
        .keystone(keystone))
}

fn secured(builder: Builder, arguments: &Serve, ip: IpAddr) -> Result<Builder, String> {
    if let (Some(certificate), Some(key)) = (&arguments.tls_cert, &arguments.tls_key) {
        let tls = Tls::from_pem(&read(certificate)?, &read(key)?);
        return Ok(builder.tls(tls.map_err(|error| error.to_string())?));
    }
    let Some(file) = &arguments.tls else {
        return Ok(builder);
    };
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".into(), "::1".into()];
    // Nobody connects to the unspecified address; by which name the machine is reached, the program cannot know.
    if !ip.is_loopback() && !ip.is_unspecified() {
        names.push(ip.to_string());
    }
    let (tls, authority) = Tls::made_for(names).map_err(|error| error.to_string())?;
    write(file, &authority)?;
    Ok(builder.tls(tls))
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// A line of what is printed at the beginning, which a shell can evaluate.
enum Line {
    Comment(String),
    Variable(&'static str, String),
}

impl Line {
    fn script(&self) -> String {
        match self {
            Self::Comment(text) => format!("# {text}\n"),
            Self::Variable(name, value) => format!("export {name}={}\n", quoted(value)),
        }
    }

    fn assignment(&self) -> Option<String> {
        match self {
            Self::Comment(_) => None,
            Self::Variable(name, value) => Some(format!("{name}={value}\n")),
        }
    }
}

/// A value as a shell reads it.
fn quoted(value: &str) -> Cow<'_, str> {
    // What no shell takes for anything but text; the rest is quoted.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+,=[]".contains(&byte);
    if value.bytes().all(is_plain) {
        return value.into();
    }
    let mut text = String::from("'");
    for character in value.chars() {
        let _ = match character {
            '\'' => text.write_str(r"'\''"),
            other => text.write_char(other),
        };
    }
    text.push('\'');
    text.into()
}

fn greeting(server: &Running, arguments: &Serve) -> Result<Vec<Line>, String> {
    let random = || {
        (0..TOKEN_LENGTH)
            .map(|_| fastrand::alphanumeric())
            .collect()
    };
    let token = arguments.token.clone().unwrap_or_else(random);
    let mut lines = Vec::new();
    let comment = |text: &str| Line::Comment(text.to_owned());
    let variable = |name, value: &str| Line::Variable(name, value.to_owned());
    lines.push(Line::Comment(format!(
        "Serving on {} (end with Ctrl-C)",
        server.url()
    )));
    if let Some(file) = &arguments.tls {
        // A program that reads the variable may have another working directory.
        let file = fs::canonicalize(file)
            .map_err(|error| format!("cannot find {}: {error}", file.display()))?;
        let file = file.display().to_string();
        lines.push(comment(
            "The authority to trust: OpenSSL and Go, curl, Python, Node",
        ));
        for name in [
            "SSL_CERT_FILE",
            "CURL_CA_BUNDLE",
            "REQUESTS_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
        ] {
            lines.push(variable(name, &file));
        }
    }
    for (name, usual) in server.variables(&token) {
        lines.extend(heading(name).map(comment));
        let value = settled(arguments, name).unwrap_or(usual);
        lines.push(Line::Variable(name, value));
        match name {
            "OVH_TOKEN_URL" => {
                // Clients refuse to have both kinds of credentials at once.
                let account = arguments.ovh_service_account.as_ref();
                let (id, secret) =
                    account.map_or((CLIENT_ID, CLIENT_SECRET), |(id, secret)| (id, secret));
                lines.push(Line::Comment(format!(
                    "instead of the keys: OVH_CLIENT_ID={id} OVH_CLIENT_SECRET={secret}"
                )));
            }
            "VDK_CONTROL_SERVICE_REST_API_URL" if arguments.vdk_control_secured => {
                let base = server.vdk_control_url();
                lines.push(Line::Variable(
                    "VDK_API_TOKEN_AUTHORIZATION_URL",
                    format!("{base}/oauth/token"),
                ));
                lines.push(variable("VDK_API_TOKEN", &token));
                // oauthlib refuses tokens over anything but TLS unless this is set.
                if base.starts_with("http:") {
                    lines.push(comment(
                        "vdkcli asks for no token over plain HTTP otherwise",
                    ));
                    lines.push(variable("OAUTHLIB_INSECURE_TRANSPORT", "1"));
                }
            }
            _ => {}
        }
    }
    Ok(lines)
}

/// The comment before the first variable of a service.
fn heading(variable: &str) -> Option<&'static str> {
    Some(match variable {
        "HCLOUD_ENDPOINT" => "Hetzner",
        "HROBOT_ENDPOINT" => "Hetzner Robot",
        "OVH_ENDPOINT" => "OVHcloud",
        "VDK_CONTROL_SERVICE_REST_API_URL" => "VDK Control Service",
        "OS_AUTH_URL" => "OpenStack: Keystone, and Sahara in its catalog",
        "IONOS_API_URL" => "IONOS Data Platform",
        _ => return None,
    })
}

/// What a variable is instead of the usual value, by the options of this run.
fn settled(arguments: &Serve, variable: &str) -> Option<String> {
    let robot = arguments.hetzner_robot_user.as_ref();
    let application = arguments.ovh_application.as_ref();
    match variable {
        "HROBOT_USER" => robot.map(|(user, _)| user.clone()),
        // A token that is fixed is the password too.
        "HROBOT_PASSWORD" => arguments
            .token
            .clone()
            .or_else(|| robot.map(|(_, password)| password.clone())),
        "OVH_APPLICATION_KEY" => application.map(|(key, _)| key.clone()),
        "OVH_APPLICATION_SECRET" => application.map(|(_, secret)| secret.clone()),
        "OVH_CONSUMER_KEY" => arguments.ovh_consumer_key.clone(),
        _ => None,
    }
}

#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
