use std::io;
use std::path::{Path, PathBuf};

use cloud_core::Result;
use cloud_core::provider::{Environment, Origin, Setting};
use secrecy::ExposeSecret;
use serde_yaml_ng::{Mapping, Value};

use super::entry::{Entry, wrong};
use super::yaml;

/// The files of clouds, as far as they are there.
pub(super) struct Files {
    clouds: Option<File>,
    secure: Option<File>,
    public: Option<File>,
    /// Where none of clouds was found.
    absent: Vec<String>,
}

/// A file that could be read.
struct File {
    path: PathBuf,
    content: Mapping,
}

impl Files {
    pub(super) fn read(env: &Environment, notes: &mut Vec<String>) -> Result<Self> {
        let dirs = directories(env)?;
        let searched = candidates(&dirs, "clouds");
        // One that was passed over is there: its note says why it does not count.
        let absent = searched.iter().filter(|path| {
            path.ends_with("clouds.yaml")
                && env
                    .read(path)
                    .is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        });
        Ok(Self {
            absent: absent.map(|path| path.display().to_string()).collect(),
            clouds: named_or_first(env, "OS_CLIENT_CONFIG_FILE", &searched, notes)?,
            secure: named_or_first(
                env,
                "OS_CLIENT_SECURE_FILE",
                &candidates(&dirs, "secure"),
                notes,
            )?,
            public: first(env, &candidates(&dirs, "clouds-public"), notes),
        })
    }

    /// The names of the clouds. One without a name cannot be chosen.
    pub(super) fn clouds(&self) -> Vec<&str> {
        let mapping = self.clouds.as_ref().and_then(|file| file.mapping("clouds"));
        mapping
            .into_iter()
            .flat_map(Mapping::keys)
            .filter_map(Value::as_str)
            .filter(|name| !name.is_empty())
            .collect()
    }

    pub(super) fn has_cloud(&self, name: &str) -> bool {
        self.clouds().contains(&name)
    }

    /// The file, or what it would be called.
    pub(super) fn path(&self) -> String {
        self.clouds.as_ref().map_or_else(
            || "clouds.yaml".to_owned(),
            |file| file.path.display().to_string(),
        )
    }

    pub(super) fn origin(&self, key: &str) -> Origin {
        let path = self
            .clouds
            .as_ref()
            .map_or_else(|| PathBuf::from("clouds.yaml"), |file| file.path.clone());
        Origin::File {
            path,
            key: key.to_owned(),
        }
    }

    /// Where clouds were looked for.
    pub(super) fn searched(&self) -> String {
        if let Some(file) = &self.clouds {
            return format!("{} has no clouds", file.path.display());
        }
        match self.absent.as_slice() {
            [] => "no file of clouds can be used".to_owned(),
            absent => format!("there is none of {}", absent.join(", ")),
        }
    }

    /// The entry of a cloud, with its profile below it, its secrets over it, and the values of its region over both.
    pub(super) fn entry(
        &self,
        cloud: &Setting<String>,
        region: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Result<Entry> {
        let name = cloud.value.as_str();
        let file = self
            .clouds
            .as_ref()
            .filter(|_| self.has_cloud(name))
            .ok_or_else(|| {
                let known = self.clouds();
                let known = if known.is_empty() {
                    self.searched()
                } else {
                    format!("there are {}", known.join(", "))
                };
                let place = self
                    .clouds
                    .as_ref()
                    .map(|file| format!(" in {}", file.path.display()));
                cloud.error(format_args!(
                    "there is no cloud {name:?}{}; {known}",
                    place.unwrap_or_default()
                ))
            })?;
        let (mut entry, mut regions) = file.layer("clouds", name)?.unwrap_or_default();
        if let Some(secure) = &self.secure
            && let Some((over, declared)) = secure.layer("clouds", name)?
        {
            entry.lay_over(over);
            regions = if declared.is_empty() {
                regions
            } else {
                declared
            };
        }
        if let Some(profile) = entry.text("profile") {
            let found = self
                .public
                .as_ref()
                .map(|public| public.layer("public-clouds", &profile.value))
                .transpose()?;
            match found.flatten() {
                Some((mut below, declared)) => {
                    below.lay_over(entry);
                    entry = below;
                    regions = if regions.is_empty() {
                        declared
                    } else {
                        regions
                    };
                }
                // openstacksdk fetches such a profile; here settings send nothing.
                None if profile.value.contains("://") => {
                    return Err(
                        profile.error("is a URL; profiles are read from clouds-public.yaml only")
                    );
                }
                None => {
                    notes.push(format!(
                        "no profile {} in any clouds-public.yaml ({})",
                        profile.value, profile.origin
                    ));
                }
            }
        }
        entry.with_region(region, regions)
    }
}

type Layer = (Entry, Vec<(String, Entry)>);

impl File {
    fn mapping(&self, key: &str) -> Option<&Mapping> {
        self.content.get(key)?.as_mapping()
    }

    /// What the file says about a cloud or profile: its entry, and its regions with their values.
    fn layer(&self, section: &str, name: &str) -> Result<Option<Layer>> {
        let place = format!("{section}.{name}");
        let mapping = match self.mapping(section).and_then(|section| section.get(name)) {
            None => return Ok(None),
            Some(Value::Null) => return Ok(Some(Layer::default())),
            Some(Value::Mapping(mapping)) => mapping,
            Some(_) => return Err(wrong(&self.path, &place, "must be a mapping")),
        };
        let entry = Entry::from_mapping(mapping, &self.path, &place)?;
        let regions = match mapping.get("regions") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Sequence(regions)) => regions
                .iter()
                .enumerate()
                .map(|(index, region)| self.region(region, &format!("{place}.regions[{index}]")))
                .collect::<Result<_>>()?,
            Some(_) => {
                return Err(wrong(
                    &self.path,
                    &format!("{place}.regions"),
                    "must be a list",
                ));
            }
        };
        Ok(Some((entry, regions)))
    }

    fn region(&self, region: &Value, place: &str) -> Result<(String, Entry)> {
        let bad = || {
            wrong(
                &self.path,
                place,
                "must be a name, or a mapping with a name and values",
            )
        };
        let origin = Origin::File {
            path: self.path.clone(),
            key: place.to_owned(),
        };
        match region {
            Value::String(name) if !name.is_empty() => {
                Ok((name.clone(), Entry::of_region(name, &origin)))
            }
            Value::Mapping(mapping) => {
                let name = mapping
                    .get("name")
                    .and_then(Value::as_str)
                    .filter(|name| !name.is_empty())
                    .ok_or_else(bad)?;
                let mut entry = Entry::of_region(name, &origin);
                if let Some(values) = mapping.get("values").and_then(Value::as_mapping) {
                    entry.lay_over(Entry::from_mapping(
                        values,
                        &self.path,
                        &format!("{place}.values"),
                    )?);
                }
                Ok((name.to_owned(), entry))
            }
            _ => Err(bad()),
        }
    }
}

/// The directories, the first to look in first.
fn directories(env: &Environment) -> Result<Vec<PathBuf>> {
    // In the order of openstacksdk: the current directory, those of the user, those of the machine.
    let mut dirs = vec![PathBuf::new()];
    let openstack = |dir: PathBuf| dir.join("openstack");
    if cfg!(target_os = "macos") {
        dirs.extend(
            env.home()
                .map(|home| openstack(home.join("Library/Application Support"))),
        );
    }
    dirs.extend(env.config_dirs().into_iter().map(openstack));
    dirs.extend(env.home().map(|home| openstack(home.join(".config"))));
    let machine = match env.get_nonempty("XDG_CONFIG_DIRS")? {
        Some(list) => list
            .value
            .split(':')
            .map(PathBuf::from)
            // The first alone, as `site_config_dir` of Python's platformdirs gives it, by which openstacksdk looks.
            .find(|dir| dir.is_absolute()),
        None if cfg!(windows) => env
            .get_nonempty("PROGRAMDATA")?
            .map(|dir| PathBuf::from(dir.value)),
        None => None,
    };
    dirs.push(openstack(
        // What the XDG specification says where `XDG_CONFIG_DIRS` is not set.
        machine.unwrap_or_else(|| PathBuf::from("/etc/xdg")),
    ));
    dirs.push(PathBuf::from("/etc/openstack"));
    // Two of them may be one, as `~/.config` and that of XDG are by default; no error should name a file twice.
    let mut unique: Vec<PathBuf> = Vec::new();
    for dir in dirs {
        if !unique.contains(&dir) {
            unique.push(dir);
        }
    }
    Ok(unique)
}

fn candidates(dirs: &[PathBuf], stem: &str) -> Vec<PathBuf> {
    let of =
        |dir: &PathBuf| ["yaml", "yml", "json"].map(|ending| dir.join(format!("{stem}.{ending}")));
    dirs.iter().flat_map(of).collect()
}

/// The file that a variable names, which must be there and be YAML; else the first that is.
fn named_or_first(
    env: &Environment,
    variable: &str,
    paths: &[PathBuf],
    notes: &mut Vec<String>,
) -> Result<Option<File>> {
    let Some(named) = env.get_nonempty(variable)? else {
        return Ok(first(env, paths, notes));
    };
    let path = expand_home(env, &named.value);
    let text = env
        .read(&path)
        .map_err(|error| named.error(format_args!("{} cannot be read: {error}", path.display())))?;
    Ok(Some(parse(&path, text.expose_secret())?))
}

/// The first file that can be read and is YAML. What is passed over is noted.
fn first(env: &Environment, paths: &[PathBuf], notes: &mut Vec<String>) -> Option<File> {
    for path in paths {
        match env.read(path) {
            Ok(text) => match parse(path, text.expose_secret()) {
                Ok(file) => return Some(file),
                // openstacksdk warns, too, and looks for the next file.
                Err(error) => notes.push(format!("passed over: {}", error.message())),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => notes.push(format!("passed over: {} ({error})", path.display())),
        }
    }
    None
}

fn parse(path: &Path, text: &str) -> Result<File> {
    let content = yaml::parse(text).map_err(|slip| {
        let line = slip.line.map(|line| format!("line {line}"));
        let place = line.as_deref().unwrap_or("the file");
        wrong(path, place, &format!("is not valid YAML ({})", slip.reason))
    })?;
    match content {
        Value::Mapping(content) => Ok(File {
            path: path.to_owned(),
            content,
        }),
        Value::Null => Ok(File {
            path: path.to_owned(),
            content: Mapping::new(),
        }),
        _ => Err(wrong(path, "the file", "must be a mapping")),
    }
}

/// A path with `~` at its beginning.
pub(super) fn expand_home(env: &Environment, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env.home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}
