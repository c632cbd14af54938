//! The three processes: stand-ins for the services below, Keystone, Sahara.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Home;
use super::install::{Settings, quiet, remove, surroundings};
use crate::Result;

/// How long a server may take to listen, or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Running servers; they end with this value unless they are left running.
pub(super) struct Servers<'a> {
    home: &'a Home,
    children: Vec<Child>,
    /// What a test has to know, as JSON.
    world: String,
}

impl<'a> Servers<'a> {
    pub(super) fn start(home: &'a Home, token_seconds: u32) -> Result<Self> {
        let etc = home.etc();
        fs::create_dir_all(&etc)?;
        let [stand_ins, keystone, sahara] = free_ports()?;
        let keystone_url = format!("http://127.0.0.1:{keystone}");
        let settings = Settings {
            var: &home.run,
            etc: &etc,
            keystone: &keystone_url,
            sahara_port: sahara,
            token_seconds,
            ..Settings::new(home)
        };
        settings.write()?;
        for name in ["keystone.sqlite", "sahara.sqlite"] {
            fs::copy(home.blank.join(name), home.run.join(name))?;
        }

        let mut servers = Self {
            home,
            children: Vec::new(),
            world: String::new(),
        };
        let python = || {
            let mut python = Command::new(home.program("python"));
            python.arg("-B");
            python
        };
        let mut modules = python();
        modules
            .current_dir(&home.recipe)
            .args(["-m", "stand_ins"])
            .arg(stand_ins.to_string());
        servers.spawn("stand-ins", &mut modules)?;
        servers.bootstrap(&keystone_url)?;
        let mut serve = python();
        serve
            .arg(home.recipe.join("serve_keystone.py"))
            .arg(keystone.to_string());
        servers.spawn(
            "keystone",
            serve.env("OS_KEYSTONE_CONFIG_FILES", etc.join("keystone.conf")),
        )?;
        servers.listens("stand-ins", stand_ins)?;
        servers.listens("keystone", keystone)?;

        let urls = [keystone, sahara, stand_ins].map(|port| format!("http://127.0.0.1:{port}"));
        servers.world = crate::process::output(surroundings(
            python().arg(home.recipe.join("seed.py")).args(urls),
        ))?;
        let mut run = Command::new(home.program("sahara-all"));
        servers.spawn(
            "sahara",
            run.arg("--config-file")
                .arg(etc.join("sahara.conf"))
                .current_dir(&home.run),
        )?;
        servers.listens("sahara", sahara)?;
        Ok(servers)
    }

    /// What a test has to know, as JSON; the servers go on.
    pub(super) fn leave_running(mut self) -> String {
        self.children.clear();
        std::mem::take(&mut self.world)
    }

    /// What a test has to know, as JSON.
    pub(super) fn world(&self) -> &str {
        &self.world
    }

    /// The administrator, and Keystone's own endpoint.
    fn bootstrap(&self, keystone_url: &str) -> Result {
        let mut bootstrap = Command::new(self.home.program("keystone-manage"));
        bootstrap
            .arg("--config-file")
            .arg(self.home.etc().join("keystone.conf"));
        bootstrap.args([
            "bootstrap",
            "--bootstrap-password",
            "admin-pw",
            "--bootstrap-region-id",
            "RegionOne",
        ]);
        for interface in ["admin", "internal", "public"] {
            bootstrap
                .arg(format!("--bootstrap-{interface}-url"))
                .arg(format!("{keystone_url}/v3/"));
        }
        quiet(&mut bootstrap)
    }

    fn spawn(&mut self, name: &str, command: &mut Command) -> Result {
        let log = File::create(self.log(name))?;
        let child = surroundings(command)
            // Where the list of plugins is kept, and what Nova's client remembers for shells.
            .env("XDG_CACHE_HOME", self.home.run.join("cache"))
            .env("NOVACLIENT_UUID_CACHE_DIR", self.home.run.join("cache"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Its own, so that its children can be stopped with it, and Ctrl-C is not for it.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot start {name}: {error}"))?;
        fs::write(
            self.home.run.join(format!("{name}.pid")),
            child.id().to_string(),
        )?;
        self.children.push(child);
        Ok(())
    }

    fn listens(&mut self, name: &str, port: u16) -> Result {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let started = Instant::now();
        while TcpStream::connect_timeout(&address, PATIENCE).is_err() {
            let mut ended = false;
            for child in &mut self.children {
                ended |= child.try_wait()?.is_some();
            }
            if ended || started.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.log(name))?;
                let from = log.lines().count().saturating_sub(20);
                let end = log.lines().skip(from).collect::<Vec<_>>().join("\n");
                return Err(format!("{name} does not listen; its log ends with\n{end}").into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn log(&self, name: &str) -> PathBuf {
        self.home.run.join(format!("{name}.log"))
    }
}

impl Drop for Servers<'_> {
    fn drop(&mut self) {
        if self.children.is_empty() {
            return;
        }
        for child in &mut self.children {
            // It may have ended by itself.
            let _ = signal_group("-TERM", child.id());
        }
        let asked = Instant::now();
        for child in &mut self.children {
            while matches!(child.try_wait(), Ok(None)) {
                if asked.elapsed() > PATIENCE {
                    let _ = signal_group("-KILL", child.id());
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        let _ = remove(&self.home.run);
    }
}

/// Stops what an earlier `up` left running, and removes what it wrote.
pub(super) fn stop(home: &Home) -> Result {
    let entries = match fs::read_dir(&home.run) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "pid") {
            continue;
        }
        let id = fs::read_to_string(&path)?.parse()?;
        // The number may be another program's by now.
        let started = Instant::now();
        while is_ours(id, home) && started.elapsed() < PATIENCE {
            signal_group("-TERM", id)?;
            thread::sleep(Duration::from_millis(100));
        }
        if is_ours(id, home) {
            signal_group("-KILL", id)?;
        }
    }
    remove(&home.run)
}

fn is_ours(id: u32, home: &Home) -> bool {
    let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).contains(&*home.venv.to_string_lossy())
}

fn signal_group(signal: &str, leader: u32) -> Result {
    let group = format!("-{leader}");
    Command::new("kill")
        .args([signal, "--", &group])
        .stderr(Stdio::null())
        .status()?;
    Ok(())
}

/// Sahara shares its port with whoever listens there already, so the ports have to be free ones.
fn free_ports() -> io::Result<[u16; 3]> {
    let listeners = [
        TcpListener::bind("127.0.0.1:0")?,
        TcpListener::bind("127.0.0.1:0")?,
        TcpListener::bind("127.0.0.1:0")?,
    ];
    let mut ports = [0; 3];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}
