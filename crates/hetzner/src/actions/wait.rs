use async_trait::async_trait;
use cloud_core::call::Task;
use cloud_core::wait::{Progress, Step, Waiter, Watch};
use cloud_core::{Error, ErrorKind, Result};

use super::Action;
use crate::client::Client;
use crate::poller::Subscription;

/// An action has failed: found in the error by `error.api::<ActionFailed>()`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ActionFailed {
    /// The action as it ended.
    pub action: Action,
}

impl ActionFailed {
    fn error(action: Action) -> Error {
        let reason = action.error.clone().unwrap_or_default();
        let text = if reason.message.is_empty() {
            "no reason given"
        } else {
            &reason.message
        };
        let message = format!("{}: {text}", named(&action));
        let error = Error::new(ErrorKind::WorkFailed, message);
        let error = if reason.code.as_str().is_empty() {
            error
        } else {
            error.with_code(reason.code.as_str())
        };
        error.with_details(Self { action })
    }
}

/// An action as a message names it.
fn named(action: &Action) -> String {
    let about: Vec<_> = action
        .resources
        .iter()
        .map(|on| format!("{} {}", on.kind, on.id))
        .collect();
    format!(
        "action {} ({}) of {}",
        action.id,
        action.command,
        about.join(", ")
    )
}

pub(crate) fn wait_for<T: Send + 'static>(
    client: &Client,
    actions: Vec<Action>,
    then: impl FnOnce(Vec<Action>) -> Task<T> + Send + 'static,
) -> Waiter<T> {
    let subscriptions = actions
        .iter()
        .map(|action| (!action.is_finished()).then(|| client.poller().watch(action.id)));
    let watch = ActionsWatch {
        subscriptions: subscriptions.collect(),
        actions,
        then: Some(Box::new(then)),
        last: None,
    };
    Waiter::new(client.engine().clock(), watch)
}

type Then<T> = Box<dyn FnOnce(Vec<Action>) -> Task<T> + Send>;

/// Follows several actions until all have ended well, then makes the result.
struct ActionsWatch<T> {
    actions: Vec<Action>,
    /// `None` for an action that has ended.
    subscriptions: Vec<Option<Subscription>>,
    then: Option<Then<T>>,
    last: Option<cloud_core::call::CallFuture<T>>,
}

#[async_trait]
impl<T: Send + 'static> Watch<T> for ActionsWatch<T> {
    async fn next(&mut self) -> Result<Step<T>> {
        if let Some(failed) = self.actions.iter().find(|action| action.is_failed()) {
            return Err(ActionFailed::error(failed.clone()));
        }
        // One after the other: the service works on them in this order, and news of the later ones are not lost.
        if let Some((action, slot)) = self
            .actions
            .iter_mut()
            .zip(&mut self.subscriptions)
            .find(|(_, slot)| slot.is_some())
            && let Some(subscription) = slot
        {
            *action = subscription.next().await?;
            if action.is_failed() {
                return Err(ActionFailed::error(action.clone()));
            }
            let progress = Progress::new(
                action.progress,
                action.command.as_str(),
                action.status.as_str(),
            );
            if action.is_finished() {
                *slot = None;
            }
            return Ok(Step::Pending(self.overall(progress)));
        }
        if let Some(then) = self.then.take() {
            self.last = Some(then(self.actions.clone()).into_future());
        }
        match &mut self.last {
            Some(last) => last.await.map(Step::Done),
            None => Err(Error::new(
                ErrorKind::WorkFailed,
                "the result was given already",
            )),
        }
    }

    fn subject(&self) -> Option<String> {
        let left = self.actions.iter().zip(&self.subscriptions);
        let left: Vec<_> = left
            .filter(|(_, subscription)| subscription.is_some())
            .map(|(action, _)| named(action))
            .collect();
        (!left.is_empty()).then(|| left.join(", "))
    }
}

impl<T> ActionsWatch<T> {
    /// The progress of one action as a part of all.
    fn overall(&self, mut progress: Progress) -> Progress {
        let done: usize = self
            .actions
            .iter()
            .map(|action| {
                if action.is_success() {
                    100
                } else {
                    action.progress.into()
                }
            })
            .sum();
        progress.percent = u8::try_from(done / self.actions.len().max(1))
            .unwrap_or(100)
            .min(100);
        progress
    }
}
