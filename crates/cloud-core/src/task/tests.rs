use std::sync::mpsc;

use super::*;
use crate::time::TokioClock;

fn clock() -> Arc<dyn Clock> {
    Arc::new(TokioClock)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

/// Runs this in a thread of its own, so that a lock that is never given back fails the test.
fn must_end<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    ended
        .recv_timeout(Duration::from_secs(60))
        .expect("must end")
}

/// A worker may run a call while another one takes the runtime down. What is spawned then is dropped at once.
#[test]
fn work_that_is_begun_in_a_runtime_that_ends_is_an_error_and_nothing_stays_under_way() {
    let texts = must_end(|| {
        let ended = runtime();
        let handle = ended.handle().clone();
        drop(ended);
        let _inside = handle.enter();
        let shared = Shared::new();
        let other = runtime();
        let clock = clock();
        let join = || {
            let join = shared.join(&clock, || async { 7 });
            let mut join = pin!(join);
            let mut context = Context::from_waker(std::task::Waker::noop());
            match join.as_mut().poll(&mut context) {
                Poll::Ready(result) => result.unwrap_err().to_string(),
                Poll::Pending => "pending".to_owned(),
            }
        };
        let texts = [join(), join()];
        assert_eq!(
            other.block_on(shared.join(&clock, || async { 7 })).unwrap(),
            7
        );
        texts
    });
    for text in texts {
        assert_eq!(text, "cannot run: the task has ended without a result");
    }
}

#[test]
fn debug_says_what_is_under_way_and_nothing_of_it() {
    let runtime = runtime();
    let (shared, clock) = (Shared::<&str>::new(), clock());
    runtime.block_on(async {
        let running = Running::start(async { "hunter2" }).unwrap();
        assert_eq!(format!("{running:?}"), "Running");
        assert!(!running.is_finished());
        tokio::task::yield_now().await;
        assert!(running.is_finished());
        assert_eq!(format!("{shared:?}"), "Shared");
        shared.join(&clock, || async { "hunter2" }).await.unwrap();
        assert_eq!(format!("{shared:?}"), "Shared");
    });
}

#[test]
fn an_entry_strikes_out_itself_and_no_other() {
    let books = Arc::new(Mutex::new(None));
    let enter = || {
        let sender = Arc::new(watch::Sender::new(None::<u8>));
        *lock(&books) = Some(sender.clone());
        Entry {
            books: books.clone(),
            sender,
        }
    };
    let (earlier, later) = (enter(), enter());
    drop(earlier);
    assert!(lock(&books).is_some());
    drop(later);
    assert!(lock(&books).is_none());
}

#[test]
fn what_a_runtime_has_is_kept_while_it_is_held_or_young() {
    let all = PerRuntime::new();
    let runtimes: Vec<_> = (0..10).map(|_| runtime()).collect();
    let here = |number: usize, value| {
        let _inside = runtimes[number].enter();
        all.here(|| value).unwrap()
    };
    let held = here(0, 100);
    for number in 1..10 {
        assert_eq!(*here(number, number), number);
    }
    // The one that is held, and the four youngest of the others.
    assert_eq!(format!("{all:?}"), "PerRuntime(5)");
    assert!(Arc::ptr_eq(&held, &here(0, 0)));
    for number in 6..10 {
        assert_eq!(*here(number, 0), number);
    }
    assert_eq!(*here(5, 0), 0, "the oldest are made anew");
}
