//! Puts the entries of a kubeconfig into another one. Nothing is sent, so no credential is needed.
//!
//! ```sh
//! cargo run -p cloud-ionos-dataplatform --example merge_kubeconfig -- kubeconfig.yaml ~/.kube/config
//! ```

use std::env;
use std::error::Error;
use std::fs;

use ionos_dataplatform::Kubeconfig;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [new, there] = &args[..] else {
        return Err("usage: merge_kubeconfig NEW THERE".into());
    };
    let text = fs::read_to_string(new).map_err(|error| format!("{new}: {error}"))?;
    Kubeconfig::parse(&text)?.merge_into(there)?;
    println!("{there} has the entries of {new}");
    Ok(())
}
