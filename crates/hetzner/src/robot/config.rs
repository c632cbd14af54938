//! Where user, password and the other settings come from when the program does not give them.
//!
//! | setting | environment |
//! |---|---|
//! | user | `HROBOT_USER`, else the file named by `HROBOT_USER_FILE` |
//! | password | `HROBOT_PASSWORD`, else the file named by `HROBOT_PASSWORD_FILE` |
//! | endpoint | `HROBOT_ENDPOINT` |
//! | proxy | `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` |
//!
//! Where none of the first two is set, the same names with `ROBOT` in place of `HROBOT` are read, as other programs do.
//! User and password always come from one of the two families, never one from each. A variable of them that is set to
//! nothing is an error: it is what a missing secret of a CI job looks like.

use cloud_core::config::{Environment, Origin, ProxyVariables, Setting};
use cloud_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret, SecretString};

/// The families of variables, the first to look at first.
const FAMILIES: [&str; 2] = ["HROBOT", "ROBOT"];

/// Everything that was found. `Debug` hides the password.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The user of the web service.
    pub user: Setting<String>,
    /// The password of that user.
    pub password: Setting<SecretString>,
    /// The base address of the web service. `None` means the usual one.
    pub endpoint: Option<Setting<String>>,
    /// The proxies that the environment names.
    pub proxy_variables: ProxyVariables,
}

impl Settings {
    /// Reads the settings of this environment.
    pub fn load(env: &Environment) -> Result<Self> {
        for family in FAMILIES {
            let user = value(env, family, "USER")?;
            let password = value(env, family, "PASSWORD")?;
            let (user, password) = match (user, password) {
                (None, None) => continue,
                (Some(user), Some(password)) => (user, password),
                (Some(_), None) => return Err(unset(family, "PASSWORD", "USER")),
                (None, Some(_)) => return Err(unset(family, "USER", "PASSWORD")),
            };
            let mut endpoint = None;
            for family in FAMILIES {
                let found = env.get_nonempty(&format!("{family}_ENDPOINT"))?;
                endpoint = endpoint.or(found);
            }
            return Ok(Self {
                user: user.map(|user| user.expose_secret().to_owned()),
                password,
                endpoint,
                proxy_variables: ProxyVariables::read(env),
            });
        }
        Err(Error::new(
            ErrorKind::Config,
            "user: not set; set HROBOT_USER and HROBOT_PASSWORD, or give both by ClientBuilder::user and \
             ClientBuilder::password",
        ))
    }
}

/// The value of a variable, else the text of the file that its other form names.
fn value(env: &Environment, family: &str, name: &str) -> Result<Option<Setting<SecretString>>> {
    let found = match env.secret(&format!("{family}_{name}"))? {
        Some(found) => Some(found),
        // Files end with a line break, which belongs to the file and not to the value.
        None => env
            .named_file(&format!("{family}_{name}_FILE"))?
            .map(|text| text.map(|text| SecretString::from(text.expose_secret().trim()))),
    };
    match found {
        Some(empty) if empty.value.expose_secret().is_empty() => Err(empty.error("is empty")),
        found => Ok(found),
    }
}

fn unset(family: &str, missing: &str, given: &str) -> Error {
    let origin = Origin::Variable(format!("{family}_{missing}"));
    Error::config(origin, format!("is not set, but {family}_{given} is"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<Settings> {
        let env = Environment::given(variables.iter().copied(), None)
            .with_file("/run/user", "#ws+file\n")
            .with_file("/run/password", "from file\n")
            .with_file("/run/empty", "\n");
        Settings::load(&env)
    }

    #[track_caller]
    fn found(variables: &[(&str, &str)]) -> (String, String) {
        let settings = load(variables).unwrap();
        (
            settings.user.value,
            settings.password.value.expose_secret().to_owned(),
        )
    }

    #[test]
    fn both_families_are_read_and_never_mixed() {
        let ours = [("HROBOT_USER", "#ws+a"), ("HROBOT_PASSWORD", "one")];
        let theirs = [("ROBOT_USER", "#ws+b"), ("ROBOT_PASSWORD", "two")];
        assert_eq!(found(&ours), ("#ws+a".into(), "one".into()));
        assert_eq!(found(&theirs), ("#ws+b".into(), "two".into()));
        assert_eq!(
            found(&[theirs, ours].concat()),
            ("#ws+a".into(), "one".into())
        );
        let error = load(&[ours[0], theirs[0], theirs[1]]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "wrong configuration: HROBOT_PASSWORD (environment): is not set, but HROBOT_USER is"
        );
        let error = load(&[theirs[1]]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "wrong configuration: ROBOT_USER (environment): is not set, but ROBOT_PASSWORD is"
        );
    }

    #[test]
    fn files_may_hold_both() {
        let files = [
            ("ROBOT_USER_FILE", "/run/user"),
            ("ROBOT_PASSWORD_FILE", "/run/password"),
        ];
        assert_eq!(found(&files), ("#ws+file".into(), "from file".into()));
        let endpoint = ("HROBOT_ENDPOINT", "http://127.0.0.1:1/robot");
        let settings = load(&[files[0], files[1], endpoint]).unwrap();
        assert_eq!(settings.endpoint.unwrap().value, endpoint.1);
        assert!(!format!("{:?}", settings.password).contains("from file"));
        let error = load(&[files[0], ("ROBOT_PASSWORD_FILE", "/run/none")]).unwrap_err();
        assert!(error.to_string().contains("/run/none"), "{error}");
    }

    #[test]
    fn what_is_set_to_nothing_is_named() {
        let error = load(&[("HROBOT_USER", "#ws+a"), ("HROBOT_PASSWORD", "")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "wrong configuration: HROBOT_PASSWORD (environment): is empty"
        );
        let error = load(&[("HROBOT_USER_FILE", "/run/empty")]).unwrap_err();
        assert!(error.to_string().contains("HROBOT_USER_FILE"), "{error}");
        let error = load(&[]).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("set HROBOT_USER and HROBOT_PASSWORD"),
            "{error}"
        );
    }
}
