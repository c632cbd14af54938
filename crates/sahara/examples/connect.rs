//! Logs in, finds Sahara, and says how.
//!
//! ```sh
//! OS_CLOUD=.. cargo run -p cloud-sahara --example connect -- [--interface internal] [--service-type TYPE] \
//!     [--url URL] [--v1]
//! OS_PASSWORD=.. cargo run -p cloud-sahara --example connect -- --login AUTH_URL USER PROJECT [..]
//! ```
//!
//! Without `--login` it takes the cloud of `clouds.yaml` that `OS_CLOUD` names, or the variables `OS_AUTH_URL`,
//! `OS_USERNAME`, `OS_PASSWORD`, `OS_PROJECT_NAME` and the like. `--interface` and `--service-type` choose in the catalog;
//! `--url` is used instead of the catalog; `--v1` speaks version 1.1 where version 2 is there as well. Every member of a
//! project may do this.

use std::env;
use std::error::Error;

use sahara::keystone::{Project, User};
use sahara::{Cloud, Interface, Login, Version};

const USAGE: &str = "usage: connect [--login AUTH_URL USER PROJECT] [--interface NAME] [--service-type TYPE] \
                     [--url URL] [--v1]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut builder = Cloud::builder();
    let mut from_env = true;
    let mut args = env::args().skip(1);
    while let Some(option) = args.next() {
        let mut value = || args.next().ok_or(USAGE);
        builder = match option.as_str() {
            "--interface" => builder.interface([Interface::from_text(&value()?)]),
            "--service-type" => builder.service_type(value()?),
            "--url" => builder.endpoint_override(value()?),
            "--v1" => builder.version(Version::V1_1),
            "--login" => {
                from_env = false;
                let (url, user, project) = (value()?, value()?, value()?);
                // Not as an argument, which everybody on the machine can read.
                let password = env::var("OS_PASSWORD").map_err(|_| "OS_PASSWORD is not set")?;
                let (user, project) = (
                    User::named(user, "Default"),
                    Project::named(project, "Default"),
                );
                builder
                    .auth_url(url)
                    .login(Login::password(user, password, project))
            }
            _ => return Err(USAGE.into()),
        };
    }
    let cloud = if from_env {
        builder.from_env()?
    } else {
        builder
    };
    let api = cloud.build()?.data_processing().await?;
    println!("{}", api.explain());

    for plugin in api.plugins().list().all().await? {
        let enabled: Vec<&str> = plugin
            .versions
            .iter()
            .map(String::as_str)
            .filter(|version| plugin.is_enabled(version))
            .collect();
        println!("plugin {} {}", plugin.name, enabled.join(", "));
    }
    Ok(())
}
