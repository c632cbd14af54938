use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use cloud_core::time::Interval;
use cloud_core::wait::{Poll, Progress, Step, Watch};

use super::ExecutionStatus;

/// Looks by this call, which is a `GET` of the execution, until that has ended, well or not.
pub(crate) fn until_ended<T, F>(
    id: &str,
    get: Call<T>,
    interval: Interval,
    status: fn(&T) -> ExecutionStatus,
    on_end: F,
) -> impl Watch<T> + use<T, F>
where
    T: Send + 'static,
    F: Fn() + Clone + Send + Sync + 'static,
{
    let (clock, subject) = (get.engine().clock(), get.shown_path());
    let (what, failed_before) = (format!("execution {id}"), Arc::new(AtomicBool::new(false)));
    let look = move || {
        let (get, what, on_end) = (get.clone(), what.clone(), on_end.clone());
        let failed_before = failed_before.clone();
        async move {
            let execution = get.send().await?;
            let status = status(&execution);
            let has_failed = status == ExecutionStatus::PlatformError;
            if status.has_ended(failed_before.swap(has_failed, Ordering::Relaxed)) {
                on_end();
                Ok(Step::Done(execution))
            } else {
                Ok(Step::Pending(Progress::new(0, what, status.as_str())))
            }
        }
    };
    Poll::new(clock, interval, look).about(subject)
}
