//! Fetches the kubeconfig of a cluster, into a file of its own or into one that is there.
//!
//! ```sh
//! IONOS_TOKEN=.. cargo run -p cloud-ionos-dataplatform --example fetch_kubeconfig -- CLUSTER FILE [--merge]
//! ```
//!
//! CLUSTER is a name or an id. Without `--merge` the file must not be there yet; with it the entries are put into the
//! file, such as `~/.kube/config`, whose other bytes and whose current context stay. It is readable by its owner only.
//! Administrators can fetch those of all clusters of the contract, others those of clusters that they have made.

use std::env;
use std::error::Error;
use std::path::Path;

use ionos_dataplatform::Client;

const USAGE: &str = "usage: fetch_kubeconfig CLUSTER FILE [--merge]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (options, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|a| a.starts_with('-'));
    let ([name, file], true) = (&words[..], options.iter().all(|option| option == "--merge"))
    else {
        return Err(USAGE.into());
    };
    let merge = !options.is_empty();
    if !merge && Path::new(file).exists() {
        return Err(format!("{file} is there already; --merge puts the entries into it").into());
    }

    let api = Client::from_env()?;
    let cluster = api.clusters().find(name).await?;
    let cluster = cluster.ok_or_else(|| format!("there is no cluster {name}"))?;
    // One that is not ready has no kubeconfig yet.
    if !cluster.is_available() {
        println!("{name} is {}; waiting", cluster.state());
        api.clusters().wait_available(&cluster).await?;
    }
    let kubeconfig = api.clusters().kubeconfig(&cluster).await?;
    if merge {
        kubeconfig.merge_into(file)?;
    } else {
        kubeconfig.write_to(file)?;
    }
    let context = kubeconfig.current_context();
    let context = context.ok_or("the kubeconfig names no context")?;
    println!("try: kubectl --kubeconfig {file} --context {context} get nodes");
    Ok(())
}
