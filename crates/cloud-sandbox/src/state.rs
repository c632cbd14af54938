//! All that a sandbox holds, to be kept and loaded again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::keep;
use crate::sandbox::Sandbox;

/// The form of a state that this version writes and reads.
const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct State {
    version: u32,
    clock: Clock,
    services: BTreeMap<String, Value>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    epoch: SystemTime,
    elapsed: Duration,
    frozen: bool,
    speed: f64,
}

/// Why a state is not kept, or not loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Work is under way, and what is to happen at its end cannot be written down.
    #[error("work is under way for another {} s; `finish_work` advances the clock to its end", .0.as_secs_f64())]
    Busy(Duration),
    /// This is no state.
    #[error("{path}: {message}")]
    Wrong {
        /// Where in the state something is wrong.
        path: String,
        /// What is wrong.
        message: String,
    },
}

impl Sandbox {
    /// Lets the work that is under way end, by advancing the clock to its end.
    pub fn finish_work(&self) {
        // The end of some work is the beginning of other work, but not without an end.
        for _ in 0..1000 {
            match self.busy_for() {
                Some(time) => self.clock().advance(time),
                None => return,
            }
        }
    }

    /// All that the services hold, and the time, for [`load_state`](Self::load_state): tokens and passwords included. Faults
    /// and the journal are not part of it. While work is under way, it is [`StateError::Busy`]; see
    /// [`finish_work`](Self::finish_work).
    pub fn state(&self) -> Result<Value, StateError> {
        if let Some(time) = self.busy_for() {
            return Err(StateError::Busy(time));
        }
        let services = self.services();
        let services = services
            .iter()
            .map(|service| (service.name().to_owned(), service.save()))
            .filter(|(_, state)| !state.is_null())
            .collect();
        let clock = self.clock();
        Ok(keep::write(&State {
            version: VERSION,
            clock: Clock {
                epoch: clock.epoch(),
                elapsed: clock.elapsed(),
                frozen: clock.is_frozen(),
                speed: clock.speed(),
            },
            services,
        }))
    }

    /// Puts what was kept in the place of all that the services hold; those that the state does not name are as at the
    /// beginning. The clock goes on from the time of the state, or from its own where that is later. Of a state with
    /// something wrong in it nothing is loaded.
    pub fn load_state(&self, state: &Value) -> Result<(), StateError> {
        let wrong = |path: String, message: String| StateError::Wrong { path, message };
        let state: State = keep::read(state).map_err(|(path, message)| wrong(path, message))?;
        // A state of another form could be read by chance, and then be wrong in silence.
        if state.version != VERSION {
            let message = format!(
                "{} is not {VERSION}, which this version reads",
                state.version
            );
            return Err(wrong("version".to_owned(), message));
        }
        // `set_speed` would panic.
        if !(state.clock.speed.is_finite() && state.clock.speed >= 0.0) {
            let message = format!("{} is not a speed of time", state.clock.speed);
            return Err(wrong("clock.speed".to_owned(), message));
        }
        let services = self.services();
        for name in state.services.keys() {
            if !services.iter().any(|service| service.name() == name) {
                return Err(wrong(
                    format!("services.{name}"),
                    "there is no such service".to_owned(),
                ));
            }
        }
        // All are read before the first is put in its place: a slip in the last one leaves everything as it was.
        let mut loads: Vec<Box<dyn FnOnce() + '_>> = Vec::new();
        for service in &services {
            let name = service.name();
            match state.services.get(name) {
                Some(state) => loads.push(service.load(state).map_err(|(path, message)| {
                    wrong(format!("services.{name}.{path}"), message)
                })?),
                // A state says all that there is; what it does not name is at its beginning.
                None => loads.push(Box::new(|| service.reset())),
            }
        }
        let clock = self.clock();
        // No time passes between the one and the other.
        clock.freeze();
        clock.take_over(state.clock.epoch, state.clock.elapsed);
        clock.set_speed(state.clock.speed);
        if !state.clock.frozen {
            clock.resume();
        }
        for load in loads {
            load();
        }
        Ok(())
    }

    /// Lets the work that is under way end, and writes the [state](Self::state) to a file, in the place of what it has.
    pub fn save_to(&self, file: impl AsRef<Path>) -> io::Result<()> {
        self.finish_work();
        let state = self.state().map_err(io::Error::other)?;
        let mut text = serde_json::to_string_pretty(&state)?;
        text.push('\n');
        // Another name first: a program that is killed leaves the old state or the new one, never a half.
        let file = file.as_ref();
        let mut other = file.as_os_str().to_owned();
        other.push(".new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // Passwords and tokens are in it, and some are those of the programs that are tested.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&other)?.write_all(text.as_bytes())?;
        fs::rename(other, file)
    }

    /// Loads the [state](Self::state) that a file has.
    pub fn load_from(&self, file: impl AsRef<Path>) -> io::Result<()> {
        let invalid = |error: StateError| io::Error::new(io::ErrorKind::InvalidData, error);
        let state = serde_json::from_slice(&fs::read(file)?)?;
        self.load_state(&state).map_err(invalid)
    }

    /// How long the work that is under way still takes, if there is any.
    fn busy_for(&self) -> Option<Duration> {
        let services = self.services();
        let until = services
            .iter()
            .filter_map(|service| service.busy_until())
            .max()?;
        Some(until.saturating_sub(self.clock().elapsed()))
    }
}
