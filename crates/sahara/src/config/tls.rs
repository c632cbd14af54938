use cloud_core::Result;
use cloud_core::provider::{Environment, Setting};
use secrecy::{ExposeSecret, SecretString};

use super::Tls;
use super::entry::Entry;
use super::files::expand_home;

/// Reads the files that an entry names, and whether certificates are to be checked.
pub(super) fn read(env: &Environment, entry: &Entry) -> Result<Tls> {
    // A file of something else is told here, where its key and its name are known.
    let file = |key: &str, what: &str| -> Result<Option<Setting<SecretString>>> {
        let Some(named) = entry.text(key) else {
            return Ok(None);
        };
        let path = expand_home(env, &named.value);
        let text = env.read(&path);
        let text = text.map_err(|error| {
            named.error(format_args!("{} cannot be read: {error}", path.display()))
        })?;
        if !text
            .expose_secret()
            .lines()
            // Not the whole line: `RSA PRIVATE KEY` and `EC PRIVATE KEY` are keys as well.
            .any(|line| line.starts_with("-----BEGIN") && line.contains(what))
        {
            return Err(named.error(format_args!(
                "{} holds no {what} in PEM form (-----BEGIN {what}-----)",
                path.display()
            )));
        }
        Ok(Some(Setting::new(text, named.origin)))
    };
    // As in openstacksdk, `insecure: true` wins over `verify` and over a `cacert`.
    let insecure = match (flag(entry, "insecure")?, flag(entry, "verify")?) {
        (Some(insecure), _) if insecure.value => Some(insecure.map(drop)),
        (_, Some(verify)) if !verify.value => Some(verify.map(drop)),
        _ => None,
    };
    // Authorities that nobody asks need not be there.
    let authorities = if insecure.is_some() {
        None
    } else {
        file("cacert", "CERTIFICATE")?
    };
    let identity = match (file("cert", "CERTIFICATE")?, file("key", "PRIVATE KEY")?) {
        (None, None) => None,
        (None, Some(key)) => return Err(key.error("needs a cert beside it")),
        (Some(cert), key) => {
            // The file of the certificate may hold the key as well.
            let key = key.map_or_else(|| cert.value.clone(), |key| key.value);
            Some(cert.map(|chain| (chain.expose_secret().to_owned(), key)))
        }
    };
    Ok(Tls {
        insecure,
        authorities: authorities.map(|pem| pem.map(|pem| pem.expose_secret().to_owned())),
        identity,
    })
}

fn flag(entry: &Entry, key: &str) -> Result<Option<Setting<bool>>> {
    let read = |text: String| match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("must be true or false"),
    };
    entry
        .text(key)
        .map(|setting| setting.try_map(read))
        .transpose()
}
