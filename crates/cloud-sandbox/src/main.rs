//! The program `cloud-sandbox`: the sandbox on a port, for clients in any language.

use std::io::{self, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use cloud_sandbox::ovh::{
    APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, CONSUMER_KEY,
};
use cloud_sandbox::{Running, Sandbox, vdk_control};

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

#[derive(clap::Args)]
struct Serve {
    /// The port; 0 stands for a free one
    #[arg(long, default_value_t = 8500)]
    port: u16,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    bind: String,
    /// Accept this token only; otherwise every token opens a project of its own
    #[arg(long)]
    token: Option<String>,
    /// How long an ordinary action takes; longer ones take a multiple of it
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
    action_seconds: f64,
    /// How many requests a project may make an hour; no limit without it
    #[arg(long, value_name = "REQUESTS")]
    rate_limit: Option<u32>,
    /// Let the VDK Control Service demand a token, which its token endpoint gives for the API token printed
    #[arg(long)]
    vdk_control_secured: bool,
}

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

async fn serve(arguments: Serve) -> Result<(), String> {
    let ip: IpAddr = arguments
        .bind
        .parse()
        .map_err(|_| format!("{:?} is not an IP address to listen on", arguments.bind))?;
    let address = SocketAddr::new(ip, arguments.port);
    let duration = Duration::try_from_secs_f64(arguments.action_seconds).map_err(|_| {
        format!(
            "{} is not a number of seconds that an action can take",
            arguments.action_seconds
        )
    })?;
    let mut builder = Sandbox::builder()
        .bind(address)
        .action_duration(duration)
        .rate_limit(arguments.rate_limit);
    let mut vdk_control = vdk_control::Settings::new().secured(arguments.vdk_control_secured);
    if let Some(token) = &arguments.token {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("a token consists of visible ASCII characters".to_owned());
        }
        builder = builder.token(token);
        vdk_control = vdk_control.api_token(token);
    }
    // Whoever reads what `greet` prints may end the program at once.
    let interrupted =
        interruption().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let server = builder
        .vdk_control(vdk_control)
        .start()
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    // Nobody reads it any more, perhaps; that is no reason to stop serving.
    let _ = greet(&server, &arguments);
    interrupted.await;
    server.shutdown().await;
    Ok(())
}

fn greet(server: &Running, arguments: &Serve) -> io::Result<()> {
    let random = || {
        (0..TOKEN_LENGTH)
            .map(|_| fastrand::alphanumeric())
            .collect()
    };
    let token = arguments.token.clone().unwrap_or_else(random);
    let endpoint = server.hetzner_url();
    let mut out = io::stdout().lock();
    writeln!(out, "Serving on {} (end with Ctrl-C)\n", server.url())?;
    writeln!(out, "# Hetzner")?;
    writeln!(out, "export HCLOUD_ENDPOINT={endpoint}")?;
    writeln!(out, "export HETZNER_ENDPOINT={endpoint}")?;
    writeln!(out, "export HCLOUD_TOKEN={token}")?;
    writeln!(out, "\n# OVHcloud")?;
    writeln!(out, "export OVH_ENDPOINT={}", server.ovh_url())?;
    writeln!(out, "export OVH_APPLICATION_KEY={APPLICATION_KEY}")?;
    writeln!(out, "export OVH_APPLICATION_SECRET={APPLICATION_SECRET}")?;
    writeln!(out, "export OVH_CONSUMER_KEY={CONSUMER_KEY}")?;
    // Asked by service accounts alone.
    writeln!(out, "export OVH_TOKEN_URL={}", server.ovh_token_url())?;
    // Clients refuse to have both kinds of credentials at once.
    writeln!(
        out,
        "# instead of the keys: OVH_CLIENT_ID={CLIENT_ID} OVH_CLIENT_SECRET={CLIENT_SECRET}"
    )?;
    writeln!(out, "\n# VDK Control Service")?;
    let vdk_control = server.vdk_control_url();
    writeln!(out, "export VDK_CONTROL_SERVICE_REST_API_URL={vdk_control}")?;
    if arguments.vdk_control_secured {
        writeln!(
            out,
            "export VDK_API_TOKEN_AUTHORIZATION_URL={vdk_control}/oauth/token"
        )?;
        writeln!(out, "export VDK_API_TOKEN={token}")?;
        writeln!(out, "# vdkcli asks for no token over plain HTTP otherwise")?;
        writeln!(out, "export OAUTHLIB_INSECURE_TRANSPORT=1")?;
    }
    writeln!(out, "\n# IONOS Data Platform")?;
    writeln!(
        out,
        "export IONOS_API_URL={}",
        server.ionos_dataplatform_url()
    )?;
    writeln!(out, "export IONOS_TOKEN={token}")?;
    writeln!(out, "\n# OpenStack: Keystone, and Sahara in its catalog")?;
    writeln!(out, "export OS_AUTH_URL={}", server.keystone_url())?;
    for (name, value) in [
        ("USERNAME", "demo"),
        ("PASSWORD", "demo-pw"),
        ("PROJECT_NAME", "demo"),
        ("USER_DOMAIN_NAME", "Default"),
        ("PROJECT_DOMAIN_NAME", "Default"),
    ] {
        writeln!(out, "export OS_{name}={value}")?;
    }
    out.flush()
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
