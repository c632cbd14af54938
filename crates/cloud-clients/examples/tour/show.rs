//! How progress is shown.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use cloud_clients::Result;
use cloud_clients::core::wait::Waiter;
use indicatif::{ProgressBar, ProgressStyle};

/// Shows the progress of work as a bar, or as lines where there is no terminal.
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
    bar.set_position(100);
    bar.finish_with_message(format!("done in {:.1} s", begun.elapsed().as_secs_f64()));
    if !std::io::stderr().is_terminal() {
        println!(
            "  {what:<12} done in {:.1} s",
            begun.elapsed().as_secs_f64()
        );
    }
    Ok(result)
}
