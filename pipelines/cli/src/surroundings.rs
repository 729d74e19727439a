//! What around this program weakens what is promised of it.

use surmise_plugin_host::sandbox;
use surmise_spec::{IsolationSpec, Sandbox};

use crate::experiment::{Experiment, Subject};

/// What makes the loader put other libraries into this program than it was built with.
const OF_THE_LOADER: [&str; 3] = ["LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT"];

/// A line each, for people who start a study.
pub(crate) fn warnings(experiment: &Experiment) -> Vec<String> {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let set: Vec<&str> = OF_THE_LOADER.into_iter().filter(is_set).collect();
    let mut warnings = Vec::from_iter(partly_restricted(experiment));
    if !set.is_empty() {
        warnings.push(format!(
            "{} may put other libraries into this program; models run without",
            set.join(" and ")
        ));
    }
    if sandbox::runs_as_root() {
        warnings.push(
            "this runs as root, who owns everything that a model's code could reach through a gap \
             in its sandbox: a user of its own is safer"
                .to_owned(),
        );
    }
    warnings
}

/// Where the kernel cannot do all that the file leaves to it.
fn partly_restricted(experiment: &Experiment) -> Option<String> {
    let (sandbox, level) = match &experiment.subject {
        Subject::Plugin(plugin) => match &plugin.spec.isolation {
            IsolationSpec::Workers { limits, .. } => {
                (limits.sandbox, plugin.objective.model.level()?)
            }
            IsolationSpec::InProcess => return None,
        },
        Subject::Command(command) => {
            (command.spec.isolation.limits.sandbox, command.objective.commands.level())
        }
    };
    (sandbox == Sandbox::BestEffort && !level.is_full()).then(|| {
        format!(
            "this kernel restricts a model's code in part only ({level}): with \
             `isolation: {{ sandbox: required }}` such a run is refused"
        )
    })
}
