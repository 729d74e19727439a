//! What happens inside, on standard error, when it is asked for.

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Shows events of our own crates: `-v` what was done, `-vv` how.
pub(crate) fn start(verbose: u8, color: bool) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(color)
        .with_filter(Targets::new().with_target("surmise", level));
    tracing_subscriber::registry().with(layer).init();
}

/// Shows what a plugin logs, on standard error, which the host keeps for the trial.
pub(crate) fn for_worker() {
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .with_filter(Targets::new().with_target("plugin", LevelFilter::DEBUG));
    tracing_subscriber::registry().with(layer).init();
}
