//! What the words of a state mean, told by the word and by the others of its enum.

/// The words of one enum, by what they mean for somebody who waits.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) good: Vec<String>,
    pub(super) bad: Vec<String>,
    pub(super) passing: Vec<String>,
}

impl Words {
    /// Parts the words of an enum that `model` has its state in. `None` where none of them ends anything.
    pub(super) fn of(model: &str, all: &[String]) -> Option<Self> {
        let has = |word: &str| all.iter().any(|other| other.eq_ignore_ascii_case(word));
        let model = model.to_ascii_lowercase();
        // A task runs and then is done; a thing that runs is as it should be.
        let is_work = model.contains("task")
            || model.contains("operation")
            || ["done", "todo", "doing", "completed", "success"]
                .iter()
                .any(|word| has(word));
        let mut words = Self::default();
        for word in all {
            let list = if is_bad(word, is_work) {
                &mut words.bad
            } else if is_good(word, is_work) {
                &mut words.good
            } else {
                &mut words.passing
            };
            list.push(word.clone());
        }
        // What is created has still to be delivered, unless nothing comes after it.
        if words.good.is_empty() && !is_work {
            let created = |word: &String| word.eq_ignore_ascii_case("created");
            words
                .good
                .extend(words.passing.extract_if(.., |word| created(word)));
        }
        (!words.good.is_empty() || !words.bad.is_empty()).then_some(words)
    }

    /// As the table has it: the field, then the words of each meaning.
    pub(super) fn line(&self, field: &str) -> String {
        let Self { good, bad, passing } = self;
        let field = if field.is_empty() { "-" } else { field };
        let [good, bad, passing] = [good, bad, passing].map(|words| words.join(","));
        format!("{field}|{good}|{bad}|{passing}")
    }
}

fn is_bad(word: &str, is_work: bool) -> bool {
    // Clusters wait for their owner with words such as `USER_NODE_SUSPENDED_SERVICE`.
    if word.starts_with("USER_") || word == "unknown" {
        return true;
    }
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        // Of what is deleted, nothing comes any more.
        "aborted" | "canceled" | "cancelled" | "compromised" | "deleted" | "denied" | "expired"
        | "failed" | "failing" | "failure" | "hacked" | "hackedblocked" | "in-error" | "ko"
        | "problem" | "refused" | "rejected" | "revoked" => true,
        // In small letters it was told above. In capitals instances have it, too (`cloud.instance.InstanceStatusEnum`):
        // what is not seen now may be seen again.
        "blocked" | "unknown" => is_work,
        _ => {
            word.ends_with("error")
                || word.starts_with("error_")
                || word.ends_with("_failure")
                || word.ends_with("_cancelled")
        }
    }
}

fn is_good(word: &str, is_work: bool) -> bool {
    match word.to_ascii_lowercase().as_str() {
        "completed" | "done" | "ok" | "success" | "delivered" => true,
        "activated" | "active" | "applied" | "associated" | "available" | "deployed"
        | "enabled" | "in-use" | "inproduction" | "installed" | "ready" | "running" | "up"
        | "valid" | "validated" => !is_work,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(model: &str, words: &str) -> String {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        Words::of(model, &words).map_or_else(|| "nothing".to_owned(), |words| words.line("state"))
    }

    #[test]
    fn words_are_parted_by_what_they_mean_in_their_own_enum() {
        for (model, all, parted) in [
            (
                "dbaas.logs.Operation",
                "FAILURE PENDING RECEIVED RETRY REVOKED RUNNING STARTED SUCCESS",
                "state|SUCCESS|FAILURE,REVOKED|PENDING,RECEIVED,RETRY,RUNNING,STARTED",
            ),
            (
                "dedicatedCloud.Task",
                "canceled doing done error fixing toCancel toCreate todo unknown waitingTodo",
                "state|done|canceled,error,unknown|doing,fixing,toCancel,toCreate,todo,waitingTodo",
            ),
            (
                "cloud.Operation",
                "canceled completed created in-error in-progress unknown",
                "state|completed|canceled,in-error,unknown|created,in-progress",
            ),
            (
                "vps.VPS",
                "installing running stopped",
                "state|running||installing,stopped",
            ),
            (
                "hosting.web.SSL",
                "created creating deleting",
                "state|created||creating,deleting",
            ),
            (
                "cloud.instance",
                "ACTIVE BUILD DELETED",
                "state|ACTIVE|DELETED|BUILD",
            ),
            (
                "cluster.hadoop.hadoop",
                "created creating delivered",
                "state|delivered||created,creating",
            ),
            (
                "cloud.kube.Node",
                "READY UNKNOWN USER_NODE_SUSPENDED_SERVICE USER_QUOTA_ERROR",
                "state|READY|USER_NODE_SUSPENDED_SERVICE,USER_QUOTA_ERROR|UNKNOWN",
            ),
            ("vps.Option", "released subscribed", "nothing"),
        ] {
            assert_eq!(of(model, all), parted, "{model}");
        }
    }
}
