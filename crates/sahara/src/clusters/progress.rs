//! What there is to tell about work on a cluster between two looks.

use std::collections::{HashMap, HashSet, VecDeque};

use cloud_core::wait::Progress;

use super::{Cluster, ClusterStatus, ProvisionEvent, ProvisionStep};

use crate::ids::{ProvisionEventId, ProvisionStepId};

/// The states that a creation goes through, in their order.
pub(super) const CREATION: &[ClusterStatus] = &[
    ClusterStatus::Validating,
    ClusterStatus::InfraUpdating,
    ClusterStatus::Spawning,
    ClusterStatus::Waiting,
    ClusterStatus::Preparing,
    ClusterStatus::Configuring,
    ClusterStatus::Starting,
    ClusterStatus::Active,
];

/// The states that a scaling goes through, in their order.
pub(super) const SCALING: &[ClusterStatus] = &[
    ClusterStatus::Validating,
    ClusterStatus::Decommissioning,
    ClusterStatus::Scaling,
    ClusterStatus::ScalingSpawning,
    ClusterStatus::ScalingWaiting,
    ClusterStatus::ScalingPreparing,
    ClusterStatus::Configuring,
    ClusterStatus::Active,
];

pub(super) fn name_of(cluster: &Cluster) -> String {
    format!("cluster {}", cluster.name)
}

/// Tells what is new in a cluster: its status, steps, and events in them. Events vanish when their step has ended well.
pub(super) struct Teller {
    states: &'static [ClusterStatus],
    status: Option<ClusterStatus>,
    steps: HashMap<ProvisionStepId, Told>,
}

/// What was told about a step.
#[derive(Default)]
struct Told {
    successful: Option<bool>,
    events: HashSet<ProvisionEventId>,
}

impl Teller {
    /// What the first look shows is known already.
    pub(super) fn new(states: &'static [ClusterStatus], first: Option<&Cluster>) -> Self {
        let mut teller = Self {
            states,
            status: None,
            steps: HashMap::new(),
        };
        if let Some(first) = first {
            teller.tell(first, &mut VecDeque::new());
        }
        teller
    }

    pub(super) fn tell(&mut self, cluster: &Cluster, news: &mut VecDeque<Progress>) {
        let percent = self.percent(&cluster.status);
        let mut say =
            |what: String| news.push_back(Progress::new(percent, what, cluster.status.as_str()));
        if self.status.as_ref() != Some(&cluster.status) {
            self.status = Some(cluster.status.clone());
            say(name_of(cluster));
        }
        // Only the steps of this look are kept, so that what is remembered never outgrows an answer.
        let mut before = std::mem::take(&mut self.steps);
        for step in &cluster.provision_progress {
            let known = before.remove(&step.id);
            if known.is_none() && step.successful.is_none() && step.events.is_empty() {
                say(counted(step, 0));
            }
            let known = known.unwrap_or_default();
            let mut good = 0;
            for event in &step.events {
                let failed = event.successful == Some(false);
                good += u32::from(!failed);
                if !known.events.contains(&event.id) {
                    say(if failed {
                        failure(step, event)
                    } else {
                        success(step, event, good)
                    });
                }
            }
            if step.successful != known.successful {
                match step.successful {
                    Some(true) => say(counted(step, step.total)),
                    // The event tells more.
                    Some(false) if good as usize == step.events.len() => {
                        say(format!("{} failed", step.step_name));
                    }
                    _ => {}
                }
            }
            let events = step.events.iter().map(|event| event.id.clone()).collect();
            self.steps.insert(
                step.id.clone(),
                Told {
                    successful: step.successful,
                    events,
                },
            );
        }
    }

    fn percent(&self, status: &ClusterStatus) -> u8 {
        // A state that is none of these, such as one of a rollback, is no step towards the end.
        let passed = self
            .states
            .iter()
            .position(|state| state == status)
            .unwrap_or(0);
        u8::try_from(passed * 100 / (self.states.len() - 1)).unwrap_or(100)
    }
}

fn counted(step: &ProvisionStep, done: u32) -> String {
    match step.total {
        0 => step.step_name.clone(),
        total => format!("{} ({done} of {total})", step.step_name),
    }
}

fn success(step: &ProvisionStep, event: &ProvisionEvent, done: u32) -> String {
    match &event.instance_name {
        Some(instance) => format!("{}: {instance}", counted(step, done)),
        None => counted(step, done),
    }
}

fn failure(step: &ProvisionStep, event: &ProvisionEvent) -> String {
    let instance = event
        .instance_name
        .as_deref()
        .map_or_else(String::new, |name| format!(" on {name}"));
    let reason = event
        .event_info
        .as_deref()
        .map_or_else(String::new, |info| format!(": {}", info.trim()));
    format!("{} failed{instance}{reason}", step.step_name)
}
