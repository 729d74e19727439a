//! When a setting takes part, as its component's description says.

use serde_json::{Map, Value};
use surmise_core::component::{Component, Setting};
use surmise_core::space::Condition;

use super::parts::Part;
use super::search::Searched;
use crate::path;

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

impl Activity {
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, activity) | (activity, Self::Never) => activity,
            (Self::When(mut one), Self::When(other)) if one.parameter == other.parameter => {
                one.values.extend(other.values);
                Self::When(one)
            }
            // Two conditions that one cannot tell: then the component leaves the setting out where
            // it does not apply.
            _ => Self::Always,
        }
    }
}

/// Where the settings of a part come from: in this order, what a choice of the search lays over
/// them, the search, the file, the default.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) part: &'a Part,
    pub(super) component: &'a Component,
    pub(super) choice: Option<&'a Map<String, Value>>,
    pub(super) searched: Option<&'a Searched<'a>>,
}

impl Scope<'_> {
    /// Whether something other than its default says what a setting is.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.choice.is_some_and(|c| c.contains_key(name))
            || self.part.written.contains_key(name)
            || self.part.refused.contains(name)
            || self.is_searched(name)
    }

    /// Whether the search varies a setting.
    pub(super) fn is_searched(&self, name: &str) -> bool {
        self.searched.is_some_and(|s| s.get(&path::join(&self.part.path, name)).is_some())
    }

    /// What a setting is unless the search says what it is.
    pub(super) fn fixed<'s>(&'s self, setting: &'s Setting) -> Option<&'s Value> {
        let chosen = self.choice.and_then(|c| c.get(&setting.name));
        chosen.or_else(|| self.part.written.get(&setting.name)).or(setting.default.as_ref())
    }

    /// When the setting of that name takes part, be it by one of its descriptions or another.
    pub(super) fn activity_of(&self, name: &str) -> Activity {
        let all = self.component.variants(name).map(|setting| self.activity(setting));
        let joined = all.fold(Activity::Never, Activity::or);
        let Activity::When(Condition { parameter, values }) = &joined else {
            return joined;
        };
        // What holds for every value of another setting depends on it no more.
        let choices = self.searched.and_then(|s| s.choices(parameter)).unwrap_or_default();
        let is_open = choices.is_empty() || choices.iter().any(|choice| !values.contains(choice));
        let above =
            parameter.strip_prefix(self.part.path.as_str()).and_then(|p| p.strip_prefix('.'));
        match above.and_then(|above| self.component.setting(above)) {
            Some(above) if !is_open => self.activity(above),
            _ => joined,
        }
    }

    /// When one description of a setting holds, given what is fixed and what is searched.
    pub(super) fn activity(&self, setting: &Setting) -> Activity {
        let mut current = setting;
        // Descriptions are checked to be trees; the bound holds even for one that is not.
        for _ in 0..=self.component.settings.len() {
            let Some(when) = &current.when else {
                return Activity::Always;
            };
            let Some(parent) = self.component.setting(&when.setting) else {
                return Activity::Never;
            };
            let path = path::join(&self.part.path, &parent.name);
            let is_chosen = self.choice.is_some_and(|c| c.contains_key(&parent.name));
            let entry = self.searched.and_then(|s| s.get(&path)).filter(|_| !is_chosen);
            if let Some(entry) = entry {
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
            if !is_chosen && self.part.refused.contains(&parent.name) {
                return Activity::Always; // the value was complained about already
            }
            if !self.fixed(parent).is_some_and(|v| when.values.contains(v)) {
                return Activity::Never;
            }
            current = parent;
        }
        Activity::Never
    }
}
