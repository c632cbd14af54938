//! Puts the entries of a kubeconfig into another one. Nothing is sent, so no credential is needed.
//!
//! ```sh
//! cargo run -p cloud-ionos-dataplatform --example merge_kubeconfig -- kubeconfig.yaml ~/.kube/config
//! ```

use std::error::Error;

use ionos_dataplatform::Kubeconfig;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let [new, there] = &paths[..] else {
        return Err("usage: merge_kubeconfig NEW THERE".into());
    };
    let kubeconfig = Kubeconfig::parse(&std::fs::read_to_string(new)?)?;
    kubeconfig.merge_into(there)?;
    Ok(())
}
