use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use cloud_core::call::{CallFuture, Task};
use cloud_core::wait::{Progress, Resumable, Step, Waiter, Watch};
use cloud_core::{Error, ErrorKind, Result};

use super::poller::{Poller, Subscription};
use super::{Action, ActionStatus, ListActions};
use crate::client::Client;

/// An action has failed: found in the error by `error.api::<ActionFailed>()`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ActionFailed {
    /// The action as it ended.
    pub action: Action,
}

impl ActionFailed {
    #[inline]
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
#[inline]
fn named(action: &Action) -> String {
    let name = match &*action.command {
        "" => format!("action {}", action.id),
        command => format!("action {} ({command})", action.id),
    };
    let on = action.resources.iter();
    let on: Vec<String> = on.map(|on| format!("{} {}", on.kind, on.id)).collect();
    match &*on {
        [] => name,
        on => format!("{name} of {}", on.join(", ")),
    }
}

pub(crate) fn wait_for<T: Send + 'static>(
    client: &Client,
    actions: Vec<Action>,
    then: impl FnMut(Vec<Action>) -> Task<T> + Send + 'static,
) -> Waiter<T> {
    Waiter::new(client.engine(), watch(client, actions, then))
}

/// What follows several actions until all have ended well, and then makes the result.
pub(crate) fn watch<T, F>(
    client: &Client,
    actions: Vec<Action>,
    mut then: F,
) -> impl Watch<T> + use<T, F>
where
    T: Send + 'static,
    F: FnMut(Vec<Action>) -> Task<T> + Send + 'static,
{
    let poller = Poller::of(client);
    let subscriptions = actions
        .iter()
        .map(|action| (!action.is_finished()).then(|| poller.watch(action.id)));
    ActionsWatch {
        subscriptions: subscriptions.collect(),
        actions,
        then: Box::new(move |actions| then(actions).into_future()),
        result: Resumable::new(),
    }
}

/// Waits until nothing runs that this list shows, and gives what ran meanwhile.
#[inline]
pub(crate) fn wait_until_idle(client: &Client, list: ListActions) -> Waiter<Vec<Action>> {
    let watch = IdleWatch {
        poller: Poller::of(client),
        list: list.status(ActionStatus::Running),
        under_way: VecDeque::new(),
        ended: Vec::new(),
        looking: Resumable::new(),
    };
    Waiter::new(client.engine(), watch)
}

/// Looks at what runs, follows it to its end, and looks again, until nothing is found.
struct IdleWatch {
    poller: Arc<Poller>,
    list: ListActions,
    under_way: VecDeque<(Action, Subscription)>,
    ended: Vec<Action>,
    looking: Resumable<CallFuture<Vec<Action>>>,
}

#[async_trait]
impl Watch<Vec<Action>> for IdleWatch {
    #[inline]
    async fn next(&mut self) -> Result<Step<Vec<Action>>> {
        // Looked at again after each round: meanwhile more may have begun, such as the `apply_firewall` of a label
        // selector, which stands in no answer (hetznercloud/packer-plugin-hcloud#205, #209).
        if self.under_way.is_empty() {
            let list = &self.list;
            // Kept when a caller stops waiting for news, or one who asks every second would never hear of any.
            let found = self.looking.get(|| Box::pin(list.clone().all())).await?;
            if found.is_empty() {
                return Ok(Step::Done(std::mem::take(&mut self.ended)));
            }
            let poller = &self.poller;
            let followed = found.into_iter().map(|action| {
                let subscription = poller.watch(action.id);
                (action, subscription)
            });
            self.under_way = followed.collect();
        }
        let Some((action, subscription)) = self.under_way.front_mut() else {
            return Ok(Step::Done(std::mem::take(&mut self.ended)));
        };
        *action = subscription.next().await?;
        let progress = Progress::new(
            action.progress,
            action.command.as_str(),
            action.status.as_str(),
        );
        // Whoever wants quiet does not ask how the work of others has ended: a failure is told in the result.
        if action.is_finished()
            && let Some((action, _)) = self.under_way.pop_front()
        {
            self.ended.push(action);
        }
        Ok(Step::Pending(progress))
    }

    #[inline]
    fn subject(&self) -> Option<String> {
        let left: Vec<_> = self.under_way.iter().map(|(left, _)| named(left)).collect();
        (!left.is_empty()).then(|| left.join(", "))
    }
}

type Then<T> = Box<dyn FnMut(Vec<Action>) -> CallFuture<T> + Send>;

/// Follows several actions until all have ended well, then makes the result.
struct ActionsWatch<T> {
    actions: Vec<Action>,
    /// `None` for an action that has ended.
    subscriptions: Vec<Option<Subscription>>,
    then: Then<T>,
    result: Resumable<CallFuture<T>>,
}

#[async_trait]
impl<T: Send + 'static> Watch<T> for ActionsWatch<T> {
    #[inline]
    async fn next(&mut self) -> Result<Step<T>> {
        // It may have failed in the very answer that started it.
        if let Some(failed) = self.actions.iter().find(|action| action.is_failed()) {
            return Err(ActionFailed::error(failed.clone()));
        }
        // One after the other: the service works on them in this order, and news of the later ones are not lost. All are
        // looked at together, so that a later one that has failed is known by the news of an earlier one.
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
            let finished = action.is_finished();
            let progress = Progress::new(
                action.progress,
                action.command.as_str(),
                action.status.as_str(),
            );
            if finished {
                *slot = None;
            }
            let mut others = self.subscriptions.iter().flatten();
            if let Some(failed) = others.find_map(Subscription::failed) {
                return Err(ActionFailed::error(failed));
            }
            return Ok(Step::Pending(self.overall(progress)));
        }
        let (then, actions) = (&mut self.then, &self.actions);
        let result = self.result.get(|| then(actions.clone()));
        result.await.map(Step::Done)
    }

    #[inline]
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
    #[inline]
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
