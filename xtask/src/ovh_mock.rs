//! Every generated operation of OVHcloud's products, sent to a server made from the descriptions.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::ovh_catalogue::ANSWERS;
use crate::ovh_codegen::{FOLDER, PRODUCTS, document, drives};
use crate::{Result, process, workspace};

/// Send every generated operation of OVHcloud's products once to a server made from the descriptions
#[derive(Args)]
pub(crate) struct OvhMock {
    /// The folder of the descriptions, which `ovh-codegen` reads, too
    folder: PathBuf,
    /// These alone, such as vps
    products: Vec<String>,
    /// Also take every answer apart, to see whether what the service may answer one day is decoded
    #[arg(long)]
    apart: bool,
}

impl OvhMock {
    pub(crate) fn run(&self) -> Result {
        if let Some(unknown) = self
            .products
            .iter()
            .find(|wanted| PRODUCTS.iter().all(|known| known.name != **wanted))
        {
            return Err(format!("there is no product {unknown}").into());
        }
        let home = workspace::target()?.join("ovh-mock");
        let mut failed = Vec::new();
        for (product, drive, has_unstable) in drives(&self.folder)? {
            if !self.products.is_empty()
                && !self.products.iter().any(|wanted| wanted == product.name)
            {
                continue;
            }
            let folder = home.join(product.name);
            fs::create_dir_all(folder.join("src"))?;
            let features = if has_unstable {
                ", features = [\"unstable\"]"
            } else {
                ""
            };
            fs::write(
                folder.join("Cargo.toml"),
                manifest(product.name, &product.package(), features),
            )?;
            fs::write(
                folder.join("src/main.rs"),
                main(&product.library(), self.apart),
            )?;
            fs::write(folder.join("src/drive.rs"), drive)?;
            fs::write(
                folder.join("description.json"),
                document(&self.folder, product)?.to_string(),
            )?;
            fs::copy(
                workspace::root().join("Cargo.lock"),
                folder.join("Cargo.lock"),
            )?;
            println!("{}", product.name);
            let run = process::cargo()
                .args(["run", "--quiet", "--offline"])
                .current_dir(&folder)
                .status()?;
            if !run.success() {
                failed.push(product.name);
            }
        }
        if failed.is_empty() {
            Ok(())
        } else {
            Err(failed.join(", ").into())
        }
    }
}

fn manifest(name: &str, package: &str, features: &str) -> String {
    let root = workspace::root();
    let path = |below: &str| Path::new(&root).join(below).display().to_string();
    format!(
        "[package]\nname = \"drive-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n{package} = {{ path = '{}'{features} }}\novh-mock = {{ path = '{}' }}\n\n[workspace]\n",
        path(&format!("{FOLDER}/{name}")),
        path("tests/ovh-mock"),
    )
}

fn main(library: &str, apart: bool) -> String {
    let answers = workspace::root().join(ANSWERS);
    let answers = answers.display();
    format!(
        r#"use {library} as product;

mod drive;

fn main() {{
    let document = ovh_mock::given(include_str!("../description.json"));
    let answers = include_str!(r"{answers}");
    let server = ovh_mock::Server::new(&document, answers);
    let outcome = ovh_mock::run(async {{
        let mut drive = ovh_mock::Drive::new(&server, {apart});
        drive::all(&mut drive).await;
        drive.outcome()
    }});
    match outcome {{
        Ok(figures) => println!("  {{figures}}"),
        Err(problems) => {{
            println!("  {{problems}}");
            std::process::exit(1);
        }}
    }}
}}
"#
    )
}
