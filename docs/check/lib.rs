//! What the snippets of the guide run in.

use std::env;
use std::error::Error;
use std::pin::Pin;
use std::process::{Command, ExitCode};
use std::time::Duration;

use cloud_sandbox::{Sandbox, hetzner_robot, ovh as ovh_service};
use sahara::keystone::{Login, Project, User};

/// What a fragment ends with.
pub type Result = std::result::Result<(), Box<dyn Error>>;

/// In the environment of a program that the test started: the name of the test.
const PROGRAM: &str = "GUIDE_PROGRAM";
/// The project that a program and its preparation share.
const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A world for one fragment.
pub fn sandbox() -> Sandbox {
    Sandbox::new()
}

/// The client of Hetzner Cloud in a sandbox.
pub fn hetzner(sandbox: &Sandbox) -> hetzner::Result<hetzner::Client> {
    hetzner::Client::builder()
        .token(TOKEN)
        .transport(sandbox.hetzner())
        .build()
}

/// The client of Hetzner Robot in a sandbox.
pub fn robot(sandbox: &Sandbox) -> hetzner::Result<hetzner::robot::Client> {
    hetzner::robot::Client::builder()
        .user(hetzner_robot::USER)
        .password(hetzner_robot::PASSWORD)
        .transport(sandbox.hetzner_robot())
        .build()
}

/// The client of OVHcloud in a sandbox.
pub fn ovh(sandbox: &Sandbox) -> ovh::Result<ovh::Client> {
    ovh::Client::builder()
        .oauth2(ovh_service::CLIENT_ID, ovh_service::CLIENT_SECRET)
        .transport(sandbox.ovh())
        .build()
}

/// The client of Sahara in a sandbox.
pub fn sahara(sandbox: &Sandbox) -> sahara::Result<sahara::Client> {
    let user = User::named("demo", "Default");
    let login = Login::password(user, "demo-pw", Project::named("demo", "Default"));
    let cloud = sahara::Cloud::builder()
        .auth_url("https://cloud.test:5000")
        .login(login)
        .transport(sandbox.openstack())
        .build()?;
    Ok(cloud.data_processing().lazily())
}

/// The client of the VDK Control Service in a sandbox.
pub fn vdk(sandbox: &Sandbox) -> vdk_control::Result<vdk_control::Client> {
    vdk_control::Client::builder()
        .endpoint("http://localhost:8092")
        .transport(sandbox.vdk_control())
        .build()
}

/// The client of the IONOS Data Platform in a sandbox.
pub fn ionos(sandbox: &Sandbox) -> ionos_dataplatform::Result<ionos_dataplatform::Client> {
    ionos_dataplatform::Client::builder()
        .token("t")
        .transport(sandbox.ionos_dataplatform())
        .build()
}

/// Runs a program in a process of its own, which is this test again, with variables that lead to a sandbox.
///
/// # Panics
///
/// When the preparation or the program fails.
pub fn program(
    test: &str,
    setup: impl FnOnce(Sandbox) -> Pin<Box<dyn Future<Output = Result>>>,
    main: impl FnOnce() -> ExitCode,
) {
    if env::var_os(PROGRAM).is_some() {
        assert!(main() == ExitCode::SUCCESS, "the program failed");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let server = runtime
        .block_on(
            Sandbox::builder()
                .action_duration(Duration::from_millis(50))
                .start(),
        )
        .expect("a free port");
    if let Err(error) = runtime.block_on(setup(server.sandbox().clone())) {
        panic!("what the program needs could not be made: {error}");
    }
    let home = env::temp_dir().join(format!("guide-{}", server.address().port()));
    std::fs::create_dir_all(&home).expect("a folder for temporary files");
    let output = Command::new(env::current_exe().expect("the path of this test"))
        .args(["--exact", test, "--nocapture"])
        .current_dir(&home)
        .env_clear()
        .envs(server.variables(TOKEN))
        .env("HOME", &home)
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env(PROGRAM, test)
        .output()
        .expect("this test can be started");
    let _ = std::fs::remove_dir_all(&home);
    let decoded = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (decoded(&output.stdout), decoded(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    // The name is that of this very test, or the program would not have run.
    assert!(stdout.contains("1 passed"), "{stdout}\n{stderr}");
}
