//! Ctrl-C, after which what was made is deleted before the program ends.

use std::process::exit;
use std::time::Duration;

use cloud_clients::{Error, Result};
use tokio::sync::watch;

/// How long a request that is under way when Ctrl-C is pressed may take to tell what it did.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a shell calls a program that Ctrl-C has ended.
pub(crate) const STOPPED: u8 = 130;

/// Why the tour is over before its end.
pub(crate) enum Ended {
    Failed(Error),
    /// By Ctrl-C, with every request answered.
    Stopped,
    /// By Ctrl-C, with a request under way that may yet be carried out.
    CutOff,
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Whether Ctrl-C was pressed.
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Ctrl-C is left as it is, and ends the program.
    pub(crate) fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Takes Ctrl-C from now on. Who presses it twice wants to leave at once, and is told what may be left.
    pub(crate) fn by_ctrl_c(what_may_be_left: String) -> Self {
        let (pressed, stop) = watch::channel(false);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            println!("\n  Ctrl-C: what was made is deleted first; once more to leave at once.");
            pressed.send_replace(true);
            if tokio::signal::ctrl_c().await.is_ok() {
                println!("\n  Left at once. {what_may_be_left}");
                exit(STOPPED.into());
            }
        });
        Self(stop)
    }

    /// Ends the waiting for work, which can be done at any time: the work itself goes on.
    pub(crate) async fn unless<T>(
        &self,
        waiting: impl Future<Output = Result<T>>,
    ) -> Result<T, Ended> {
        tokio::select! {
            biased;
            () = self.pressed() => Err(Ended::Stopped),
            done = waiting => Ok(done?),
        }
    }

    /// Lets steps go on to where they look for Ctrl-C themselves, but not for ever.
    pub(crate) async fn soon<T>(
        &self,
        steps: impl Future<Output = Result<T, Ended>>,
    ) -> Result<T, Ended> {
        let overdue = async {
            self.pressed().await;
            tokio::time::sleep(PATIENCE).await;
        };
        tokio::select! {
            biased;
            done = steps => done,
            () = overdue => Err(Ended::CutOff),
        }
    }

    async fn pressed(&self) {
        let mut pressed = self.0.clone();
        if pressed.wait_for(|pressed| *pressed).await.is_err() {
            // Nobody is left who could say so.
            std::future::pending::<()>().await;
        }
    }
}
