//! When a setting takes part, as its component's description says.

use surmise_core::Value;
use surmise_core::component::Setting;
use surmise_core::space::Condition;

use super::parts::Scope;

/// When a setting takes part.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Activity {
    /// Whatever the search does, it does not.
    Never,
    /// Whatever the search does, it does.
    Always,
    /// It depends on a searched setting.
    When(Condition),
}

/// When a setting takes part, given what is fixed and what is searched.
pub(super) fn activity(scope: &Scope<'_>, setting: &Setting) -> Activity {
    let mut current = setting;
    // Descriptions are checked to be trees; the bound holds even for one that is not.
    for _ in 0..=scope.component.settings.len() {
        let Some(when) = &current.when else {
            return Activity::Always;
        };
        let Some(parent) = scope.component.setting(&when.setting) else {
            return Activity::Never;
        };
        let path = (scope.path_of)(&parent.name);
        let chosen = scope.choice.and_then(|c| c.get(&parent.name));
        let entry = scope.searched.and_then(|s| s.get(&path));
        if let (None, Some(entry)) = (chosen, entry) {
            let Some(domain) = &entry.domain else {
                return Activity::Always; // the domain was complained about already
            };
            let values: Vec<Value> =
                when.values.iter().filter(|v| domain.contains(v)).cloned().collect();
            return match values.is_empty() {
                true => Activity::Never,
                false => Activity::When(Condition { parameter: path, values }),
            };
        }
        let fixed = chosen.or_else(|| scope.written.get(&parent.name)).or(parent.default.as_ref());
        if !fixed.is_some_and(|v| when.values.contains(v)) {
            return Activity::Never;
        }
        current = parent;
    }
    Activity::Never
}
