//! How progress is shown.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use cloud_clients::Result;
use cloud_clients::core::wait::Waiter;
use indicatif::{ProgressBar, ProgressStyle};

/// Shows the progress of work as a bar, or as a line at its end where there is no terminal.
pub(crate) async fn follow<T: Send + 'static>(what: &str, work: Waiter<T>) -> Result<T> {
    let mut work = work.timeout(Duration::from_secs(15 * 60));
    let begun = Instant::now();
    let bar = ProgressBar::new(100);
    if let Ok(style) = ProgressStyle::with_template("  {prefix:<12} [{bar:30}] {pos:>3}%  {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(what.to_owned());
    while let Some(progress) = work.progress().await? {
        bar.set_position(progress.percent.into());
        bar.set_message(progress.what);
    }
    let result = work.await?;
    // A bar that is finished and stays leaves the cursor at the end of its line, and takes the next line break for
    // itself; so it goes, and its last state is a line like any other.
    bar.finish_and_clear();
    let full = if std::io::stdout().is_terminal() {
        "[==============================] 100%  "
    } else {
        ""
    };
    let seconds = begun.elapsed().as_secs_f64();
    println!("  {what:<12} {full}done in {seconds:.1} s");
    Ok(result)
}
